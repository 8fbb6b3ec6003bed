import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "../../src/platform/free-port.ts";
import { isAtLeast, parseSshVersion } from "../../src/ssh/version.ts";
import { spareFishManualPages } from "./shells.ts";

export { freePort };

export type LoopbackSshdOptions = {
  /** Further lines of sshd_config; they come first, and the first of a keyword wins. `Match` blocks go to the end. */
  readonly config?: readonly string[];
  /** HOME of the sessions, instead of an empty one inside `folder`. */
  readonly home?: string;
  /** Absolute path of the shell to start as a login shell, instead of the account's. */
  readonly shell?: string;
  /** Further variables of the sessions. */
  readonly setEnv?: Readonly<Record<string, string>>;
  /** Absolute path of sshd; its name is that of the PAM service. */
  readonly program?: string;
  /** Where it listens, instead of 127.0.0.1, and the words that start it in the network namespace which has this address. */
  readonly address?: string;
  readonly enter?: readonly string[];
};

type HostKey = { readonly publicLine: string; readonly fingerprint: string };

const startTimeoutMs = 10_000;
const portAttempts = 5;
const searchPath = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/opt/homebrew/sbin",
  "/opt/homebrew/bin",
].join(":");

/** A real sshd on 127.0.0.1 for the current user, with fresh keys; its sessions die with it. */
export async function startLoopbackSshd(options: LoopbackSshdOptions = {}): Promise<LoopbackSshd> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loopback-sshd-")));
  try {
    const home = options.home ?? join(folder, "home");
    mkdirSync(home, { recursive: true, mode: 0o700 });
    spareFishManualPages(home);
    if (options.home === undefined) writeFileSync(join(home, ".profile"), 'cd "$HOME"\n');
    const clientKey = join(folder, "client_ed25519");
    makeKey(clientKey);
    copyFileSync(`${clientKey}.pub`, join(folder, "authorized_keys"));
    makeKey(join(folder, "host_ed25519"));
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const sshd = new LoopbackSshd(folder, home, options);
    await sshd.startOnFreePort();
    return sshd;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export class LoopbackSshd implements AsyncDisposable {
  readonly host: string;
  readonly user = currentUser();
  readonly folder: string;
  readonly home: string;
  /** Private key that may log in. */
  readonly clientKey: string;
  /** Names the host key of the start, whatever `rotateHostKey` does later. */
  readonly knownHostsFile: string;
  port = 0;
  #options: LoopbackSshdOptions;
  #child: Bun.Subprocess | undefined;

  constructor(folder: string, home: string, options: LoopbackSshdOptions) {
    this.host = options.address ?? "127.0.0.1";
    this.folder = folder;
    this.home = home;
    this.clientKey = join(folder, "client_ed25519");
    this.knownHostsFile = join(folder, "known_hosts");
    this.#options = options;
  }

  /** The host key that is offered now. */
  get hostKey(): HostKey {
    const path = join(this.folder, "host_ed25519.pub");
    const fingerprint = /SHA256:\S+/.exec(
      run([program("ssh-keygen"), "-l", "-E", "sha256", "-f", path]),
    )?.[0];
    if (fingerprint === undefined) throw new Error(`no fingerprint of ${path}`);
    return { publicLine: readFileSync(path, "utf8").trim(), fingerprint };
  }

  /** What sshd wrote (LogLevel VERBOSE). */
  log(): string {
    return readFileSync(join(this.folder, "sshd.log"), "utf8");
  }

  async startOnFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.port = await freePort();
      try {
        await this.#start();
        break;
      } catch (error) {
        if (attempt === portAttempts || !this.log().includes("Address already in use")) throw error;
      }
    }
    const [type, key] = this.hostKey.publicLine.split(" ");
    writeFileSync(this.knownHostsFile, `[${this.host}]:${this.port} ${type} ${key}\n`);
  }

  /** The process that listens; each connection has one or two children of it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Comes back on the same port; sessions go on, and are no longer ended with the server. */
  async restartListener(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
    await this.#start();
  }

  /** Ends every session and comes back on the same port. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  /** From now on a fresh host key is offered; sessions are ended. */
  async rotateHostKey(): Promise<void> {
    const path = join(this.folder, "host_ed25519");
    rmSync(path);
    rmSync(`${path}.pub`);
    makeKey(path);
    await this.restart();
  }

  /** Ends the server and its sessions: the port refuses. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    // The number of one that has ended may be another process's by now.
    if (child.exitCode !== null || child.signalCode !== null) return;
    for (const pid of [child.pid, ...descendants(child.pid)]) kill(pid);
    await child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const configFile = join(this.folder, "sshd_config");
    writeFileSync(configFile, this.#renderConfig());
    const log = openSync(join(this.folder, "sshd.log"), "a", 0o600);
    try {
      const { enter = [], program: path = program("sshd") } = this.#options;
      this.#child = Bun.spawn([...enter, path, "-D", "-e", "-f", configFile], {
        env: { PATH: searchPath },
        stdin: "ignore",
        stdout: "ignore",
        stderr: log,
      });
    } finally {
      closeSync(log);
    }
    await this.#waitForBanner(this.#child);
  }

  #renderConfig(): string {
    const { config = [], setEnv = {}, shell } = this.#options;
    const environment = {
      HOME: this.home,
      LANG: "C.UTF-8",
      ...(shell === undefined ? {} : { SHELL: shell }),
      ...setEnv,
    };
    const variables = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`);
    const firstMatch = config.findIndex((line) => /^\s*match\b/i.test(line));
    const matchAt = firstMatch === -1 ? config.length : firstMatch;
    const version = parseSshVersion(run([program("ssh"), "-V"]));
    const lines = [
      ...config.slice(0, matchAt),
      `Port ${this.port}`,
      `ListenAddress ${this.host}`,
      `HostKey "${join(this.folder, "host_ed25519")}"`,
      "PidFile none",
      "LogLevel VERBOSE",
      "UsePAM no",
      "UseDNS no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      `AuthorizedKeysFile "${join(this.folder, "authorized_keys")}"`,
      "PermitUserRC no",
      "PrintMotd no",
      "PrintLastLog no",
      "AcceptEnv LANG LC_*",
      "MaxStartups 200",
      "MaxSessions 100",
      ...(config.some((line) => /^\s*subsystem\s/i.test(line))
        ? []
        : [`Subsystem sftp internal-sftp -d ${this.home}`]),
      `SetEnv ${variables.join(" ")}`,
      ...(version !== undefined && isAtLeast(version, 9, 8) ? ["PerSourcePenalties no"] : []),
      ...(shell === undefined
        ? []
        : [
            `ForceCommand test -n "$SSH_ORIGINAL_COMMAND" && exec ${shell} -c "$SSH_ORIGINAL_COMMAND"; exec ${shell} -l`,
          ]),
      ...config.slice(matchAt),
    ];
    return `${lines.join("\n")}\n`;
  }

  async #waitForBanner(child: Bun.Subprocess): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    while (!(await readBanner(this.port, this.host)).startsWith("SSH-")) {
      if (child.exitCode !== null || performance.now() > deadline) {
        await this.stop();
        throw new Error(`sshd did not start:\n${this.log()}`);
      }
      await Bun.sleep(5);
    }
  }
}

function readBanner(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const done = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(2_000, () => done(""));
    socket.once("data", (data) => done(data.toString("latin1")));
    socket.once("error", () => done(""));
    socket.once("close", () => resolve(""));
  });
}

/** A fresh ed25519 key pair at `path` and `path`.pub. */
export function makeKey(path: string, passphrase = ""): void {
  run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", path]);
  chmodSync(path, 0o600);
}

function program(name: string): string {
  const path = Bun.which(name, { PATH: searchPath });
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

function run(argv: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { env: { PATH: searchPath }, stdin: "ignore" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString() + stderr.toString();
}

/** Sessions leave the server's process group, so they are found as its children's children. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const line of run([program("ps"), "-A", "-o", "pid=,ppid="])
    .trim()
    .split("\n")) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  const visit = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      found.push(child);
      visit(child);
    }
  };
  visit(root);
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ESRCH") throw error;
  }
}

/** Bun's userInfo() believes the environment, which may name no user or another. */
function currentUser(): string {
  return Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
}
