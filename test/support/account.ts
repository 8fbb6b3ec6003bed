import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "./loopback-sshd.ts";

let created = 0;

/** An account of this machine with a home of its own and a password; only root can make one. Disposing removes it. */
export class Account implements AsyncDisposable {
  readonly name: string;
  readonly home: string;
  readonly password: string;
  readonly #sudoers: string;

  constructor(password: string) {
    this.name = `mcpt${process.pid}x${++created}`;
    this.home = `/home/${this.name}`;
    this.password = password;
    this.#sudoers = `/etc/sudoers.d/${this.name}`;
    run(["useradd", "--create-home", "--home-dir", this.home, "--shell", "/bin/bash", this.name]);
    run(["chpasswd"], `${this.name}:${password}\n`);
    for (const file of [".profile", ".bashrc", ".bash_logout"])
      rmSync(join(this.home, file), { force: true });
    this.write(".hushlogin", "");
  }

  /** Sudo for all commands, with the password, and these lines of sudoers besides; USER stands for the account. */
  allowSudo(...lines: readonly string[]): void {
    const own = ["Defaults:USER timestamp_timeout=0, lecture=never", ...lines, "USER ALL=(ALL:ALL) ALL"];
    const text = own.map((line) => `${line.replaceAll("USER", this.name)}\n`).join("");
    writeFileSync(this.#sudoers, text, { mode: 0o440 });
    run(["visudo", "-cqf", this.#sudoers]);
  }

  /** Writes a file of the account's at a path in its home; returns its absolute path. */
  write(name: string, text: string, mode = 0o644): string {
    const path = join(this.home, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    const { uid, gid } = statSync(this.home);
    chownSync(path, uid, gid);
    return path;
  }

  /** All that stands in the files right in its home. */
  texts(): string {
    return readdirSync(this.home, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(this.home, entry.name), "latin1"))
      .join("\n");
  }

  /** A sshd, run by root, that lets the account in with its `clientKey`. */
  async sshd(config: readonly string[] = []): Promise<LoopbackSshd> {
    const sshd = await startLoopbackSshd({ home: this.home, config });
    chmodSync(sshd.folder, 0o755);
    chmodSync(join(sshd.folder, "authorized_keys"), 0o644);
    return sshd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.#sudoers)) rmSync(this.#sudoers);
    Bun.spawnSync(["pkill", "-KILL", "-u", this.name]);
    Bun.spawnSync(["userdel", "--force", "--remove", this.name]);
  }
}

function run(argv: string[], input = ""): void {
  const { exitCode, stderr } = Bun.spawnSync(argv, { stdin: Buffer.from(input), stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}
