import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../package.json" with { type: "json" };
import { UserError } from "../../base/user-error.ts";
import { childEnvironment } from "../../platform/child-environment.ts";
import { homeTree } from "../../platform/home-tree.ts";
import { locateProgram, trustedSearchPath } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import { connectToolClient, type ToolClient } from "../../server/mcp-client.ts";
import { installHint } from "../../tmux/version.ts";
import { exitCodes, type Invocation } from "../command.ts";
import { ownCommand } from "../own-command.ts";
import { createStage, type Stage } from "./stage.ts";
import { startThrowawaySshd, type ThrowawaySshd } from "./throwaway-sshd.ts";

const session = "demo";
const steps: readonly { readonly says: string; readonly tool: string; readonly args: Readonly<Record<string, unknown>> }[] = [
  { says: "The agent sees which hosts it may use.", tool: "list_available_configs", args: {} },
  { says: "It opens a session: a real ssh login, in a terminal that outlives the client.", tool: "open_connection", args: { connection_config_name: "demo", session_name: session } },
  { says: "A command: one call brings what it printed, in the moment it ends.", tool: "execute_command", args: { session_name: session, command: "uname -sm && date -u +%F && id -un", wait_seconds: 10 } },
  { says: "Several lines are one command, typed as they are.", tool: "execute_command", args: { session_name: session, command: "for word in real interactive shell; do\n  printf '%s ' \"$word\"\ndone; echo '✓'", wait_seconds: 10 } },
  { says: "A long one does not hold the agent up.", tool: "execute_command", args: { session_name: session, command: "i=0; while :; do echo tick $((i=i+1)); sleep 0.1; done" } },
  { says: "Nothing is typed into a program that runs.", tool: "execute_command", args: { session_name: session, command: "reboot" } },
  { says: "It is stopped as a person would stop it.", tool: "interrupt_command", args: { session_name: session } },
  { says: "The terminal as a human at it would see it.", tool: "get_terminal_output", args: { session_name: session, view: "screen" } },
  { says: "The end; the log stays.", tool: "close_connection", args: { session_name: session } },
];

/** The whole thing on this machine: an sshd of its own, the real server, a real client. Cleans up unless told to keep. */
export async function demo({ flags, env, color, stdout }: Invocation): Promise<number> {
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  if (locateProgram("tmux", searchPath) === undefined) throw new UserError("TMUX_UNAVAILABLE", "tmux was not found on PATH", installHint);
  const childEnv = childEnvironment(env, searchPath);
  const stage = createStage(stdout, color);
  const interrupted = onInterrupt();
  stage.title("A throw-away sshd on 127.0.0.1, the real server, a real MCP client");
  const sshd = await startThrowawaySshd(childEnv, searchPath);
  let kept = false;
  try {
    const root = writeTree(sshd);
    const played = await play(stage, root, childEnv, interrupted);
    kept = played && flags.has("--keep");
    if (kept) stage.closing(keptWords(sshd, root));
    return played ? exitCodes.done : interrupted.aborted ? exitCodes.interrupted : exitCodes.failed;
  } finally {
    if (!kept) await clean(sshd, childEnv, searchPath);
  }
}

function onInterrupt(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

function treeRoot({ folder }: ThrowawaySshd): string {
  return join(folder, "tree");
}

function writeTree(sshd: ThrowawaySshd): string {
  const root = treeRoot(sshd);
  mkdirSync(root, { mode: 0o700 });
  const config = [
    "connections:",
    "  demo:",
    "    host: 127.0.0.1",
    `    port: ${sshd.port}`,
    `    user: ${sshd.user}`,
    `    key_path: ${sshd.clientKey}`,
    "    description: A throw-away sshd on this machine",
    `    ssh_options: {UserKnownHostsFile: ${sshd.knownHosts}}`,
    "",
  ];
  writeFileSync(join(root, "config.yml"), config.join("\n"), { mode: 0o600 });
  return root;
}

/** False when a step failed that should not, or the human pressed Ctrl+C. */
async function play(stage: Stage, root: string, env: Readonly<Record<string, string>>, interrupted: AbortSignal): Promise<boolean> {
  await using client = await connectToolClient([...ownCommand(), "--home", root], env, "mcp-ssh-interactive demo", version);
  for (const step of steps) {
    if (interrupted.aborted) return false;
    if (!(await perform(stage, client, step))) return false;
  }
  stage.closing(["That was all of it. Next: write ~/.mcp-ssh-interactive/config.yml and register the program in your MCP client; the README shows both."]);
  return true;
}

async function perform(stage: Stage, client: ToolClient, { says, tool, args }: (typeof steps)[number]): Promise<boolean> {
  const startedAtMs = performance.now();
  const answer = await client.call(tool, args);
  stage.call({ says, tool, args, answer, tookMs: performance.now() - startedAtMs });
  const refusalIsThePoint = args["command"] === "reboot";
  return answer.isError === refusalIsThePoint;
}

function keptWords({ folder, pid }: ThrowawaySshd, root: string): string[] {
  return [
    "Kept, to play with. Register this command in an MCP client:",
    `  ${[...ownCommand(), "--home", root].join(" ")}`,
    "When you are done:",
    `  kill ${pid}; tmux -S ${homeTree(root, process.getuid?.() ?? 0).tmuxSocket} kill-server; rm -r ${folder}`,
  ];
}

async function clean(sshd: ThrowawaySshd, env: Readonly<Record<string, string>>, searchPath: readonly string[]): Promise<void> {
  const tmux = locateProgram("tmux", searchPath) ?? "tmux";
  const { tmuxSocket } = homeTree(treeRoot(sshd), process.getuid?.() ?? 0);
  await runProcess([tmux, "-S", tmuxSocket, "kill-server"], { env, timeoutMs: 5_000 }).catch(() => undefined);
  await sshd.remove();
}
