import {
  mkdirSync,
  rmSync,
  writeFileSync,
  copyFileSync,
  mkdtempSync,
  realpathSync,
  openSync,
  closeSync,
  existsSync,
  readFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { delay } from "../../platform/delay.ts";
import { freePort } from "../../platform/free-port.ts";
import { locateProgram } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";

/** An sshd on 127.0.0.1 for the current user alone, with keys of its own, in a temporary folder. */
export type ThrowawaySshd = {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly clientKey: string;
  readonly knownHosts: string;
  readonly pid: number;
  /** The end of what it wrote. */
  readonly lastWords: () => string[];
  /** Ends it with its sessions and removes the folder. */
  readonly remove: () => Promise<void>;
};

const startTimeoutMs = 10_000;
const lastLines = 4;
const removeTimeoutMs = 3_000;
const pollMs = 10;
const portAttempts = 5;
const sshdHint =
  "Install the OpenSSH server: apt install openssh-server, dnf install openssh-server, pacman -S openssh or apk add openssh; macOS has it.";

/** Starts it on a free port; programs are looked for in `folders`. Throws SSH_UNAVAILABLE when there is no sshd, or with sshd's own words when it does not start. */
export async function startThrowawaySshd(
  env: Readonly<Record<string, string>>,
  folders: readonly string[],
): Promise<ThrowawaySshd> {
  const sshd = findProgram("sshd", folders);
  const keygen = findProgram("ssh-keygen", folders);
  const folder = realpathSync(mkdtempSync("/tmp/mcp-ssh-demo-"));
  try {
    const home = join(folder, "home");
    mkdirSync(home, { mode: 0o700 });
    for (const name of ["host_key", "client_key"])
      await mustRun([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "demo", "-f", join(folder, name)], env);
    copyFileSync(join(folder, "client_key.pub"), join(folder, "authorized_keys"));
    const user = (await mustRun([findProgram("id", folders), "-un"], env)).trim();
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const { port, child } = await listenOnFreePort(sshd, folder, home, env);
    const knownHosts = join(folder, "known_hosts");
    const [type, key] = readFileSync(join(folder, "host_key.pub"), "utf8").split(" ");
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`, { mode: 0o600 });
    const remove = async () => {
      child.kill();
      await child.exited;
      await removeFolder(folder);
    };
    const clientKey = join(folder, "client_key");
    const lastWords = () => readLog(folder).split("\n").slice(-lastLines);
    return { folder, port, user, clientKey, knownHosts, pid: child.pid, lastWords, remove };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** tmux, ssh and sessions that are just ending change it meanwhile; Bun's rmSync then throws, or leaves the rest in silence. */
async function removeFolder(folder: string): Promise<void> {
  const deadlineMs = performance.now() + removeTimeoutMs;
  while (existsSync(folder)) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
      await delay(pollMs, new AbortController().signal);
    }
  }
}

function findProgram(name: string, folders: readonly string[]): string {
  const found = locateProgram(name, folders);
  if (found === undefined)
    throw new UserError(
      "SSH_UNAVAILABLE",
      `${name} was not found; the demo needs an OpenSSH server of its own`,
      sshdHint,
    );
  return found;
}

async function mustRun(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const result = await runProcess(argv, { env, timeoutMs: startTimeoutMs });
  if (result.exitCode !== 0)
    throw new UserError(
      "SSH_UNAVAILABLE",
      `${argv[0]} failed: ${result.stderr.trim()}`,
      "Mend what it says, then run the demo again.",
    );
  return result.stdout;
}

type Listening = { readonly port: number; readonly child: Bun.Subprocess };

/** A port that was free may be taken before sshd has it: then another is tried. */
async function listenOnFreePort(
  sshd: string,
  folder: string,
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    writeFileSync(join(folder, "sshd_config"), renderConfig(folder, home, port), { mode: 0o600 });
    const log = openSync(join(folder, "sshd.log"), "a", 0o600);
    const child = Bun.spawn([sshd, "-D", "-e", "-f", join(folder, "sshd_config")], {
      env,
      stdin: "ignore",
      stdout: "ignore",
      stderr: log,
      detached: true,
    });
    closeSync(log);
    if (await answers(port, child)) return { port, child };
    child.kill();
    const words = readLog(folder);
    if (attempt === portAttempts || !words.includes("Address already in use")) {
      throw new UserError(
        "SSH_UNAVAILABLE",
        `${sshd} did not start: ${words}`,
        "Mend what it says, then run the demo again.",
      );
    }
  }
}

function readLog(folder: string): string {
  return readFileSync(join(folder, "sshd.log"), "utf8").replaceAll("\r", "").trim();
}

function renderConfig(folder: string, home: string, port: number): string {
  return [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host_key`,
    `PidFile ${folder}/sshd.pid`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    "AuthenticationMethods publickey",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "PrintLastLog no",
    "PrintMotd no",
    `SetEnv HOME=${home} HISTFILE=/dev/null LANG=${process.platform === "darwin" ? "en_US" : "C"}.UTF-8`,
    "",
  ].join("\n");
}

async function answers(port: number, child: Bun.Subprocess): Promise<boolean> {
  const deadlineMs = performance.now() + startTimeoutMs;
  while (child.exitCode === null && performance.now() < deadlineMs) {
    if (await greets(port)) return true;
    await delay(pollMs, new AbortController().signal);
  }
  return false;
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once("data", (bytes) => finish(bytes.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => finish(false));
    socket.once("close", () => finish(false));
  });
}
