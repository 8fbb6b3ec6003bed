import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { version } from "../../../package.json" with { type: "json" };
import { UserError } from "../../base/user-error.ts";
import { childEnvironment } from "../../platform/child-environment.ts";
import { homeTree } from "../../platform/home-tree.ts";
import { locateProgram, trustedSearchPath } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import { connectToolClient } from "../../server/mcp-client.ts";
import { installHint } from "../../tmux/version.ts";
import { exitCodes, type Invocation } from "../command.ts";
import { ownCommand } from "../own-command.ts";
import { createStage, type Stage } from "./stage.ts";
import { steps } from "./steps.ts";
import { startThrowawaySshd, type ThrowawaySshd } from "./throwaway-sshd.ts";

/** Where sshd is, and an ordinary user's PATH does not lead. */
const systemFolders = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/homebrew/sbin"];

type Environment = Readonly<Record<string, string>>;

/** The whole thing on this machine: an sshd of its own, the real server, a real client. Cleans up unless told to keep. */
export async function demo({ flags, env, color, stdout }: Invocation): Promise<number> {
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  const tmux = locateProgram("tmux", searchPath);
  if (tmux === undefined) throw new UserError("TMUX_UNAVAILABLE", "tmux was not found on PATH", installHint);
  const childEnv = childEnvironment(env, searchPath);
  const stage = createStage(stdout, color);
  const interrupted = onInterrupt();
  stage.title("mcp-ssh-interactive at work", [
    "A throw-away sshd on 127.0.0.1, the real server, and a client that calls its tools as an agent would.",
  ]);
  try {
    const sshd = await startThrowawaySshd(childEnv, [...searchPath, ...systemFolders]);
    let kept = false;
    try {
      const root = writeTree(sshd);
      const succeeded = await play(stage, root, childEnv, interrupted);
      kept = succeeded && flags.has("--keep");
      if (succeeded) stage.closing(kept ? keptWords(sshd, root, tmux) : nextWords);
      if (interrupted.aborted) return exitCodes.interrupted;
      if (succeeded) return exitCodes.done;
      stage.closing([
        "That should not have happened. The last words of the sshd:",
        ...sshd.lastWords().map((line) => `  ${line}`),
      ]);
      return exitCodes.failed;
    } finally {
      if (!kept) await clean(sshd, childEnv, tmux);
    }
  } catch (error) {
    // Ctrl+C reaches our children too, and what then fails in them is no fault.
    if (interrupted.aborted) return exitCodes.interrupted;
    throw error;
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

/** False when a step came out otherwise than it should, or the human pressed Ctrl+C. */
async function play(
  stage: Stage,
  root: string,
  env: Environment,
  interrupted: AbortSignal,
): Promise<boolean> {
  const command = [...ownCommand(), "--home", root];
  await using client = await connectToolClient(command, env, "mcp-ssh-interactive demo", version);
  for (const [index, step] of steps.entries()) {
    const startedAtMs = performance.now();
    const answer = await Promise.race([client.call(step.tool, step.args), whenAborted(interrupted)]);
    if (answer === undefined) return false;
    stage.played({ number: index + 1, step, answer, tookMs: performance.now() - startedAtMs });
    if (answer.isError !== (step.refused === true)) return false;
  }
  return !interrupted.aborted;
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

const nextWords = [
  "That was all of it, and nothing of it stays on this machine.",
  "Next: mcp-ssh-interactive init sets it up with your own hosts, and registers it with your MCP client.",
];

function keptWords({ folder, pid }: ThrowawaySshd, root: string, tmux: string): string[] {
  const { tmuxSocket } = homeTree(root, process.getuid?.() ?? 0);
  return [
    "The sshd and its configuration are kept. Register this command in an MCP client to play with them:",
    `  ${[...ownCommand(), "--home", root].join(" ")}`,
    "",
    "When you are done, this removes all of it:",
    `  kill ${pid}; ${tmux} -S ${tmuxSocket} kill-server`,
    `  rm -rf ${folder}`,
  ];
}

async function clean(sshd: ThrowawaySshd, env: Environment, tmux: string): Promise<void> {
  const { tmuxSocket } = homeTree(treeRoot(sshd), process.getuid?.() ?? 0);
  const kill = [tmux, "-S", tmuxSocket, "kill-server"];
  await runProcess(kill, { env, timeoutMs: 5_000 }).catch(() => undefined);
  await sshd.remove();
}
