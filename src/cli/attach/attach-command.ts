import { ControllingTerminal } from "../../platform/controlling-terminal.ts";
import type { SessionContext } from "../../sessions/look.ts";
import { TypingRecord } from "../../sessions/record-typing.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import {
  attachWords,
  bindPolicyKeys,
  passesHostSequencesOn,
  showStatusLine,
} from "../../tmux/human-client.ts";
import { exitCodes, type Invocation, type RunCommand } from "../command.ts";
import { findSession } from "../find-session.ts";
import { ownCommand } from "../own-command.ts";
import { requireTerminal } from "../require-terminal.ts";
import { withSessions, type AtHand } from "../with-sessions.ts";
import { followStatus, statusOf } from "./status-text.ts";

/** Takes part in a session's terminal with tmux's own client, or only looks on. */
export const attach: RunCommand = (invocation) =>
  withSessions(invocation, async (atHand) => {
    const [name = ""] = invocation.words;
    requireTerminal("attach", `Without one: mcp-ssh-interactive log ${name}`);
    const context = await findSession(atHand.sessions, name);
    if (!passesHostSequencesOn(context.tmux)) return takePart(invocation, atHand, context);
    if (invocation.flags.has("--read-only")) return lookOn(invocation, atHand.sessions, context);
    return (await acceptsOldTmux(context)) ? takePart(invocation, atHand, context) : exitCodes.interrupted;
  });

async function takePart(
  { flags, env, root }: Invocation,
  { sessions, programs }: AtHand,
  context: SessionContext,
): Promise<number> {
  const { tmux, record } = context;
  const name = record.session_name;
  await bindPolicyKeys(tmux, [...ownCommand(), "--home", root]);
  await showStatusLine(tmux, name, await statusOf(context));
  const words = attachWords(programs.tmux, tmux, name, { readOnly: flags.has("--read-only") });
  const client = Bun.spawn(words, {
    env: { ...programs.env, TERM: env["TERM"] ?? "xterm" },
    stdio: ["inherit", "inherit", "inherit"],
  });
  const hangUp = () => client.kill("SIGHUP");
  // Also when the terminal is closed: what is known of the human is still to be noted.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, hangUp);
  const left = new AbortController();
  const typing = flags.has("--read-only") ? undefined : new TypingRecord(client.pid, context.terminal.offset);
  let latest = context;
  const following = followStatus(sessions, name, left.signal, async (now) => {
    latest = now;
    await typing?.look(now);
  });
  // It is told once the human has left.
  following.catch(() => undefined);
  const code = await client.exited;
  left.abort();
  await following;
  await typing?.end(latest);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.off(signal, hangUp);
  return code === 0 ? exitCodes.done : exitCodes.failed;
}

/** Our own drawing hands nothing on but text. */
async function lookOn(invocation: Invocation, sessions: Sessions, { record }: SessionContext) {
  const { watchSessions } = await import("../watch/watch-sessions.ts");
  return await watchSessions(invocation, sessions, record.session_name);
}

async function acceptsOldTmux({ tmux, record }: SessionContext): Promise<boolean> {
  using terminal = ControllingTerminal.open();
  terminal?.write(
    `tmux ${tmux.version.text} hands control sequences of the host on to your terminal (before 3.3, wrapped in DCS).\n` +
      `Take part only if you trust what runs there; to look on safely: mcp-ssh-interactive attach ${record.session_name} --read-only\n`,
  );
  const answer = await terminal?.readLine("Enter goes on, Ctrl+C leaves: ", { hidden: false });
  return answer?.kind === "line";
}
