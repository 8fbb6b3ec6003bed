import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { userInfo, tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, makeKey } from "./loopback-sshd.ts";
import { until } from "./private-tmux.ts";

/**
 * A dropbear on 127.0.0.1 for the current user, who must be root: it takes authorized_keys from the account's home alone,
 * so it sees a folder of ours there, in a mount namespace of its own.
 */
export class LoopbackDropbear implements AsyncDisposable {
  readonly user = "root";
  readonly folder: string;
  readonly clientKey: string;
  readonly knownHostsFile: string;
  port = 0;
  #child: Bun.Subprocess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.clientKey = join(folder, "client_ed25519");
    this.knownHostsFile = join(folder, "known_hosts");
  }

  static async start(program: string): Promise<LoopbackDropbear> {
    const dropbear = new LoopbackDropbear(realpathSync(mkdtempSync(join(tmpdir(), "loopback-dropbear-"))));
    try {
      await dropbear.#start(program);
      return dropbear;
    } catch (error) {
      await dropbear[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start(program: string): Promise<void> {
    const home = join(this.folder, "home");
    mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
    makeKey(this.clientKey);
    copyFileSync(`${this.clientKey}.pub`, join(home, ".ssh/authorized_keys"));
    this.port = await freePort();
    const hostKey = join(this.folder, "host_key");
    const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const { homedir } = userInfo();
    const dropbear = [
      program,
      "-F",
      "-E",
      "-R",
      "-r",
      hostKey,
      "-p",
      `127.0.0.1:${this.port}`,
      "-P",
      "/dev/null",
    ];
    const made = Bun.spawnSync(["dropbearkey", "-t", "ed25519", "-f", hostKey]);
    const line = /^(ssh-ed25519 \S+)/m.exec(made.stdout.toString())?.[1];
    if (line === undefined) throw new Error(`dropbearkey: ${made.stderr.toString()}`);
    writeFileSync(this.knownHostsFile, `[127.0.0.1]:${this.port} ${line}\n`);
    const child = Bun.spawn(["unshare", "-m", "sh", "-c", script, "sh", home, homedir, ...dropbear], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(this.folder, "dropbear.log")),
    });
    this.#child = child;
    await until("dropbear's port", () => isListening(this.port), 10_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
