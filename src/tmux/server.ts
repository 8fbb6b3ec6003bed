import { UserError } from "../base/user-error.ts";
import { runProcess, type ProcessResult } from "../platform/run-process.ts";
import { startFailure } from "../platform/start-failure.ts";
import { ControlClient, type Reply, type TmuxNotification } from "./control-client.ts";
import { findServer, type Found, type RunTmux } from "./find-server.ts";
import { notePid, restoreSocket } from "./lost-socket.ts";
import { hubName, startingCommands } from "./server-options.ts";
import { noteVersion, unreachable } from "./unreachable.ts";
import { atLeast, installHint, requireSupportedVersion, type TmuxVersion } from "./version.ts";
import { VulnerabilityProbe } from "./vulnerability-probe.ts";
import { command, renderArguments, renderLine, type TmuxCommand } from "./words.ts";

/**
 * `program` is absolute; `env` is the whole environment of tmux and of the panes' programs; the folders exist
 * and are ours alone. `probe` keeps its findings when it is passed again. `timeoutMs` is for each answer of tmux, 10 s by default.
 */
export type ConnectOptions = {
  readonly program: string;
  readonly socketPath: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logsFolder: string;
  readonly runtimeFolder: string;
  readonly onNotification?: ((notification: TmuxNotification) => void) | undefined;
  readonly allowVulnerable?: boolean | undefined;
  readonly probe?: VulnerabilityProbe | undefined;
  readonly timeoutMs?: number | undefined;
};

const defaultTimeoutMs = 10_000;
const connectAttempts = 3;

/** Connects to our tmux server and starts it where none runs. Throws TMUX_UNAVAILABLE with what is in the way. */
export async function connectTmux(options: ConnectOptions): Promise<TmuxServer> {
  const run = (...args: string[]) => runTmux(options, args);
  const { stdout } = await run("-V");
  const version = requireSupportedVersion(stdout, options.program);
  if (options.allowVulnerable !== true) {
    await (options.probe ?? new VulnerabilityProbe()).requireSafe(version, run, options.runtimeFolder);
  }
  const deadline = performance.now() + timeoutOf(options);
  let failure = "";
  let found: Found = { kind: "absent" };
  for (let attempt = 0; attempt < connectAttempts && performance.now() < deadline; attempt++) {
    found = await findServer(options.socketPath, run);
    if (found.kind === "silent") break;
    if (found.kind !== "foreign") {
      if (found.kind === "absent" || !found.hasHub) failure = await findOrStart(options, version, found, run);
      const attached = await attach(options);
      if (attached instanceof TmuxServer) return attached;
      failure = `${failure} ${attached}`.trim();
    }
  }
  throw await unreachable({ ...options, version }, found, failure);
}

/**
 * Whether the server at our socket, which is not started for this, can be used. Throws TMUX_UNAVAILABLE when it is
 * there and cannot.
 */
export async function checkServer(options: ConnectOptions): Promise<"present" | "absent"> {
  const run = (...args: string[]) => runTmux(options, args);
  const version = requireSupportedVersion((await run("-V")).stdout, options.program);
  const found = await findServer(options.socketPath, run);
  if (found.kind === "absent") return "absent";
  if (found.kind !== "present") throw await unreachable({ ...options, version }, found, "");
  if (!found.hasHub) return "present";
  const attached = await attach(options);
  if (!(attached instanceof TmuxServer)) throw await unreachable({ ...options, version }, found, attached);
  await attached[Symbol.asyncDispose]();
  return "present";
}

/** Our tmux server, as long as `lost` is not aborted. Disposing it leaves the server and its sessions running. */
export class TmuxServer implements AsyncDisposable {
  readonly version: TmuxVersion;
  readonly socketPath: string;
  readonly runtimeFolder: string;
  readonly #client: ControlClient;

  constructor(client: ControlClient, version: TmuxVersion, options: ConnectOptions) {
    this.#client = client;
    this.version = version;
    this.socketPath = options.socketPath;
    this.runtimeFolder = options.runtimeFolder;
  }

  /** Aborted, with a TMUX_UNAVAILABLE error as its reason, as soon as the server or the connection to it is gone. */
  get lost(): AbortSignal {
    return this.#client.lost;
  }

  /** Runs the commands with nothing of anyone in between. Replies stop at the first that failed. */
  async run(
    commands: readonly TmuxCommand[],
    exactLines?: (earlier: readonly Reply[]) => number | undefined,
  ): Promise<readonly Reply[]> {
    const replies = commands.reduce((sum, each) => sum + each.replies, 0);
    return await this.#client.send(renderLine(commands, this.version), { replies, exactLines });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

/** Beside a server whose socket was taken away no other is started: its sessions would be lost without a word. */
async function findOrStart(
  options: ConnectOptions,
  version: TmuxVersion,
  found: Found,
  run: RunTmux,
): Promise<string> {
  const left = found.kind === "absent" ? await restoreSocket(options.socketPath) : undefined;
  if (left?.restored === true) return "";
  if (left === undefined) return startServer(options, version, found, run);
  throw new UserError(
    "TMUX_UNAVAILABLE",
    `The socket ${options.socketPath} is gone, and the tmux server that holds the sessions, process ${left.pid}, does not make it anew`,
    `If that process was stopped, continue it: kill -CONT ${left.pid}. To give its sessions up: kill -9 ${left.pid}.`,
  );
}

/** Of two processes that start it at once tmux lets one; the other then finds the hub, which is no fault. Returns tmux's words. */
async function startServer(
  { socketPath }: ConnectOptions,
  version: TmuxVersion,
  { kind }: Found,
  run: RunTmux,
): Promise<string> {
  const commands = renderArguments(startingCommands(version));
  const { exitCode, stderr } = await run("-u", "-S", socketPath, "-f", "/dev/null", ...commands);
  if (exitCode === 0 && kind === "absent") noteVersion(socketPath, version);
  return stderr.trim();
}

async function attach(options: ConnectOptions): Promise<TmuxServer | string> {
  const { program, socketPath, onNotification } = options;
  const client = new ControlClient({
    argv: [program, "-u", "-S", socketPath, "-f", "/dev/null", "-C", "attach-session", "-t", `=${hubName}`],
    env: serverEnvironment(options),
    onNotification,
    replyTimeoutMs: timeoutOf(options),
  });
  try {
    const greeting = await client.greeting();
    if (greeting.ok) return await introduce(client, options);
    await client[Symbol.asyncDispose]();
    return greeting.lines.join(" ");
  } catch (error) {
    await client[Symbol.asyncDispose]();
    if (error instanceof UserError && error === client.lost.reason) return error.message;
    throw error;
  }
}

/** The server may be of another version than the program, since it outlives an upgrade. */
async function introduce(client: ControlClient, options: ConnectOptions): Promise<TmuxServer> {
  const [reply] = await client.send("display-message -p '#{version} #{pid}'", { replies: 1 });
  const [text = "", pid = ""] = reply?.lines[0]?.split(/ (?=\d+$)/) ?? [];
  const version = requireSupportedVersion(text, `the server at ${options.socketPath}`);
  notePid(options.socketPath, Number(pid));
  const server = new TmuxServer(client, version, options);
  if (atLeast(version, "3.2")) await server.run([command("refresh-client", "-f", "no-output")]);
  return server;
}

async function runTmux(options: ConnectOptions, args: readonly string[]): Promise<ProcessResult> {
  try {
    return await runProcess([options.program, ...args], {
      env: serverEnvironment(options),
      timeoutMs: timeoutOf(options),
    });
  } catch (cause) {
    const { message, hint } = startFailure(options.program, cause, installHint);
    throw new UserError("TMUX_UNAVAILABLE", message, hint, { cause });
  }
}

function timeoutOf({ timeoutMs }: ConnectOptions): number {
  return timeoutMs ?? defaultTimeoutMs;
}

function serverEnvironment({ env, logsFolder, runtimeFolder }: ConnectOptions): Record<string, string> {
  const ours = Object.fromEntries(Object.entries(env).filter(([name]) => !/^TMUX(_|$)/.test(name)));
  return { ...ours, MCP_SSH_LOGS: logsFolder, MCP_SSH_RUNTIME: runtimeFolder };
}
