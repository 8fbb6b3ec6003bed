import { UserError } from "../base/user-error.ts";
import { runProcess, type ProcessResult } from "../platform/run-process.ts";
import { ControlClient, type Reply, type TmuxNotification } from "./control-client.ts";
import { readNote, restoreSocket, writeNote } from "./server-file.ts";
import { hubName, startingCommands } from "./server-options.ts";
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
  for (let attempt = 0; attempt < connectAttempts && performance.now() < deadline; attempt++) {
    const hub = await askForHub(options, run);
    if (hub === "no answer") return refuse(options, version, "it does not answer");
    if (hub === "absent") failure = await findOrStart(options, version, run);
    const attached = await attach(options);
    if (attached instanceof TmuxServer) return attached;
    failure = `${failure} ${attached}`.trim();
  }
  return refuse(options, version, failure);
}

/** Of the server at our socket, which is not started for this. Throws TMUX_UNAVAILABLE when it is there and cannot be used. */
export async function findServer(options: ConnectOptions): Promise<"present" | "absent"> {
  const run = (...args: string[]) => runTmux(options, args);
  const version = requireSupportedVersion((await run("-V")).stdout, options.program);
  const { exitCode, stderr, timedOut } = await run("-u", "-S", options.socketPath, "list-sessions");
  if (timedOut) return refuse(options, version, "it does not answer");
  if (exitCode === 0) return "present";
  if (/no server running|No such file|Connection refused/.test(stderr)) return "absent";
  return refuse(options, version, stderr.trim());
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

type Run = (...args: string[]) => Promise<ProcessResult>;

async function askForHub(
  { socketPath }: ConnectOptions,
  run: Run,
): Promise<"present" | "absent" | "no answer"> {
  const { exitCode, timedOut } = await run("-u", "-S", socketPath, "has-session", "-t", `=${hubName}`);
  if (timedOut) return "no answer";
  return exitCode === 0 ? "present" : "absent";
}

/** Beside a server whose socket was taken away no other is started: its sessions would be lost without a word. */
async function findOrStart(options: ConnectOptions, version: TmuxVersion, run: Run): Promise<string> {
  const left = await restoreSocket(options.socketPath);
  if (left?.restored === true) return "";
  if (left === undefined) return startServer(options, version, run);
  throw new UserError(
    "TMUX_UNAVAILABLE",
    `The socket ${options.socketPath} is gone, and the tmux server that holds the sessions, process ${left.pid}, does not make it anew`,
    `If that process was stopped, continue it: kill -CONT ${left.pid}. To give its sessions up: kill -9 ${left.pid}.`,
  );
}

/** Of two processes that start it at once tmux lets one; the other then finds the hub, which is no fault. Returns tmux's words. */
async function startServer({ socketPath }: ConnectOptions, version: TmuxVersion, run: Run): Promise<string> {
  const commands = renderArguments(startingCommands(version));
  const { exitCode, stderr } = await run("-u", "-S", socketPath, "-f", "/dev/null", ...commands);
  if (exitCode === 0) writeNote(socketPath, { version: version.text, pid: undefined });
  return stderr.trim();
}

/** A server outlives an upgrade of the program, and versions often cannot talk to one another (2.6 to 3.0 with 3.2 and later, 3.7 with any before). */
function refuse({ socketPath, program }: ConnectOptions, version: TmuxVersion, reason: string): never {
  const started = readNote(socketPath)?.version;
  if (/protocol version mismatch/.test(reason) || (started !== undefined && started !== version.text)) {
    throw new UserError(
      "TMUX_UNAVAILABLE",
      `The tmux server at ${socketPath} was started by tmux ${started ?? "of another version"} and cannot talk to ${program}, which is ${version.text}: ${reason}`,
      "End that server by kill of its process, or by its own version's kill-server; this ends all sessions.",
    );
  }
  throw new UserError(
    "TMUX_UNAVAILABLE",
    `No tmux server could be reached at ${socketPath}: ${reason}`,
    `If its process was stopped, continue it (kill -CONT); else run ${program} -S '${socketPath}' kill-server, which ends all sessions.`,
  );
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
  writeNote(options.socketPath, { version: version.text, pid: Number(pid) });
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
    throw new UserError("TMUX_UNAVAILABLE", `${options.program} cannot be started`, installHint, { cause });
  }
}

function timeoutOf({ timeoutMs }: ConnectOptions): number {
  return timeoutMs ?? defaultTimeoutMs;
}

function serverEnvironment({ env, logsFolder, runtimeFolder }: ConnectOptions): Record<string, string> {
  const ours = Object.fromEntries(Object.entries(env).filter(([name]) => !/^TMUX(_|$)/.test(name)));
  return { ...ours, MCP_SSH_LOGS: logsFolder, MCP_SSH_RUNTIME: runtimeFolder };
}
