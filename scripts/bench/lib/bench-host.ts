import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../../../test/support/loopback-sshd.ts";
import type { TestShell } from "../../../test/support/shells.ts";
import { PlainMaster } from "./plain-ssh.ts";

export type Reference = { readonly raw: Buffer; readonly exitCode: number | null };

export const terminalSize = { cols: 120, rows: 40 };

const twoLinePrompts: Readonly<Record<string, string>> = {
  ".bash_profile": `cd; PS1='\\n[\\t] \\u@\\h \\w\\n\\$ '\n`,
  ".zshrc": `PROMPT=$'\\n[%*] %n@%m %~\\n%# '\n`,
  ".config/fish/config.fish": `function fish_prompt; printf '\\n%s %s\\n> ' (whoami) (pwd); end\n`,
  ".profile": `cd "$HOME"; PS1='\n[two] lines\n$ '\n`,
  ".tcshrc": `set prompt="\\n%n@%m %~\\n%# "\n`,
};
const plainPrompts: Readonly<Record<string, string>> = {
  ".bash_profile": "cd\n",
  ".zshrc": "",
  ".config/fish/config.fish": "",
  ".profile": 'cd "$HOME"\n',
  ".tcshrc": "",
};
const noise = [
  "\x1b[1;31m*** AUTHORIZED USE ONLY ***\x1b[0m",
  "Password: root@elsewhere:~# ls",
  "\x1b]133;A\x07\x1b]0;a title\x07$ \x1b]133;D;0\x07",
  "Continue? [y/N] 50%\r100%",
  "日本語のお知らせ 😀",
  "[root@elsewhere ~]$ ",
].join("\n");

/** Stands in the output where the command's begins. */
const begin = "\x1b]9;begin\x07";

/** tcsh takes -l alone, and busybox greets whenever it is interactive. */
const commandFlags: Readonly<Record<string, string>> = { tcsh: "-i -c", ash: "-l -c" };

/** Is run by sshd for each login: `ssh host COMMAND` runs it in the same shell, interactive and as a login shell. */
const entry = (shell: string, commandFlags: string) => `#!/bin/sh
cd "$HOME"
if [ -z "\${SSH_ORIGINAL_COMMAND+x}" ]; then
  [ -f .noise ] && cat .noise
  exec ${shell} -l
fi
command=$SSH_ORIGINAL_COMMAND
unset SSH_ORIGINAL_COMMAND
exec ${shell} ${commandFlags} "$command"
`;

/** An sshd with one login shell, and plain ssh to it as what results are compared with. */
export class BenchHost implements AsyncDisposable {
  readonly sshd: LoopbackSshd;
  readonly shell: TestShell;
  readonly #folder: string;
  #master: PlainMaster | undefined;

  private constructor(sshd: LoopbackSshd, shell: TestShell, folder: string) {
    this.sshd = sshd;
    this.shell = shell;
    this.#folder = folder;
  }

  static async start(shell: TestShell): Promise<BenchHost> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "bench-host-")));
    const program = join(folder, "shell.sh");
    const flags = commandFlags[shell.name] ?? "-i -l -c";
    writeFileSync(program, entry(shell.argv.slice(0, -1).join(" "), flags), { mode: 0o700 });
    const home = join(folder, "home");
    mkdirSync(join(home, ".config/fish"), { recursive: true });
    const sshd = await startLoopbackSshd({ home, config: [`ForceCommand ${program}`] });
    const host = new BenchHost(sshd, shell, folder);
    host.prepare({ twoLines: false, noise: false });
    return host;
  }

  /** The prompt of the sessions that are opened from now on, and what is shown before it. */
  prepare(kind: { readonly twoLines: boolean; readonly noise: boolean }): void {
    const files = kind.twoLines ? twoLinePrompts : plainPrompts;
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.sshd.home, name), text);
    const motd = join(this.sshd.home, ".noise");
    if (kind.noise) writeFileSync(motd, noise);
    else rmSync(motd, { force: true });
  }

  /** What `ssh -tt host COMMAND` writes on a terminal of the same kind and size, and the exit code it ends with. */
  async reference(command: string, term: string): Promise<Reference> {
    const status = this.shell.name === "fish" || this.shell.name === "tcsh" ? "$status" : "$?";
    return this.#runPlain(`${command}\nexec sh -c "exit ${status}"`, term);
  }

  /** As `reference`, with the command on a line of its own: some shells tell of jobs before they read the next line. */
  async referenceByLines(command: string, term: string): Promise<Reference> {
    const shell = this.shell.argv.join(" ");
    const lines = [`PS1= PS2=; printf '${begin}'`, command, 'exec sh -c "exit $?"'];
    const { raw, exitCode } = await this.#runPlain(
      `exec ${shell} -i <<'END OF LINES'\n${lines.join("\n")}\nEND OF LINES`,
      term,
    );
    return { raw: raw.subarray(raw.indexOf(begin) + begin.length), exitCode };
  }

  async #runPlain(command: string, term: string): Promise<Reference> {
    this.#master ??= await PlainMaster.start(this.sshd);
    const chunks: Buffer[] = [];
    const child = Bun.spawn(["ssh", "-q", "-tt", "-S", this.#master.path, "127.0.0.1", command], {
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", TERM: term },
      terminal: { ...terminalSize, data: (_, bytes) => void chunks.push(Buffer.from(bytes)) },
    });
    const exitCode = await child.exited;
    child.terminal?.close();
    return { raw: Buffer.concat(chunks), exitCode };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#master?.[Symbol.dispose]();
    await this.sshd[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
