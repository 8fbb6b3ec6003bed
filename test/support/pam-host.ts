import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "./loopback-sshd.ts";

export type PamHostOptions = {
  /** Lines of sshd_config, which come first. */
  readonly config?: readonly string[];
  /** The lines of `auth` in the service's PAM file, instead of the account's password alone. */
  readonly auth?: readonly string[];
};

let count = 0;

/** An account of its own with a password, and an sshd of root's that takes it through a PAM service of its own. */
export class PamHost implements AsyncDisposable {
  readonly user: string;
  readonly password = "Tr0ub4dor-of-the-host";
  readonly home: string;
  readonly #folder: string;
  readonly #service: string;
  #sshd: LoopbackSshd | undefined;

  private constructor() {
    this.user = `mcp-a${process.pid}-${++count}`;
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), "pam-host-")));
    chmodSync(this.#folder, 0o755);
    this.home = join(this.#folder, "home");
    this.#service = `mcp-sshd-${process.pid}-${count}`;
  }

  static async start(options: PamHostOptions = {}): Promise<PamHost> {
    const host = new PamHost();
    try {
      await host.#start(options);
      return host;
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sshd(): LoopbackSshd {
    if (this.#sshd === undefined) throw new Error("the host has not started");
    return this.#sshd;
  }

  /** Lets the public half of a key log in. */
  admit(...publicKeys: readonly string[]): void {
    this.write(".ssh/authorized_keys", publicKeys.map((path) => readFileSync(path, "utf8")).join(""));
  }

  /** A file of the account's, in its home. */
  write(path: string, text: string, mode = "600"): string {
    const file = join(this.home, path);
    const owner = ["-o", this.user, "-g", this.user];
    run(["install", "-d", ...owner, join(file, "..")]);
    run(["install", "-m", mode, ...owner, "/dev/null", file]);
    writeFileSync(file, text);
    return file;
  }

  /** The lines of one connection to it, without any way to log in but those of `more`. */
  connection(name: string, more: readonly string[] = []): string {
    const { port, knownHostsFile } = this.sshd;
    return PamHost.connectionTo({ user: this.user, port, knownHostsFile }, name, more);
  }

  static connectionTo(
    { user, port, knownHostsFile }: { user: string; port: number; knownHostsFile: string },
    name: string,
    more: readonly string[],
  ): string {
    const own = ["host: 127.0.0.1", `user: ${user}`, `port: ${port}`, ...more];
    const lines = [...own, `ssh_options: {UserKnownHostsFile: ${knownHostsFile}}`];
    return [`  ${name}:`, ...lines.map((line) => `    ${line}`), ""].join("\n");
  }

  /** The log of sshd. */
  log(): string {
    return this.sshd.log();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sshd?.[Symbol.asyncDispose]();
    Bun.spawnSync(["pkill", "-KILL", "-u", this.user]);
    Bun.spawnSync(["userdel", "--force", this.user]);
    rmSync(`/etc/pam.d/${this.#service}`, { force: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start({ config = [], auth = ["required pam_unix.so nodelay"] }: PamHostOptions): Promise<void> {
    run(["useradd", "--create-home", "--home-dir", this.home, "--shell", "/bin/bash", this.user]);
    run(["chpasswd"], `${this.user}:${this.password}\n`);
    const rest = [
      "account required pam_unix.so",
      "password required pam_unix.so",
      "session required pam_permit.so",
    ];
    const service = [...auth.map((line) => `auth ${line}`), ...rest];
    writeFileSync(`/etc/pam.d/${this.#service}`, `${service.join("\n")}\n`);
    const program = join(this.#folder, this.#service);
    symlinkSync(
      realpathSync(Bun.which("sshd", { PATH: "/usr/sbin:/usr/local/sbin" }) ?? "/usr/sbin/sshd"),
      program,
    );
    const common = ["UsePAM yes", "MaxAuthTries 6", "AuthorizedKeysFile %h/.ssh/authorized_keys"];
    this.#sshd = await startLoopbackSshd({ home: this.home, program, config: [...config, ...common] });
  }
}

export function run(argv: readonly string[], stdin = ""): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdin: Buffer.from(stdin) });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}
