import { UserError } from "../base/user-error.ts";
import type { Reply } from "./control-client.ts";
import { paneFacts } from "./pane.ts";
import { recorderOption, recorderStart, type Recording } from "./recorder.ts";
import wrapper from "./scripts/wrapper.sh" with { type: "text" };
import type { TmuxServer } from "./server.ts";
import { renderTags, tagsOption, type Tags } from "./tags.ts";
import { targetOf, tmuxSessionName } from "./target.ts";
import { atLeast } from "./version.ts";
import { command } from "./words.ts";

/** What a pane runs: `argv` without a shell, its first word absolute; `numberFile` holds the number of its end mark. */
export type Program = { readonly argv: readonly string[]; readonly numberFile: string };

export type SessionPlan = Program &
  Recording & {
    readonly cols: number;
    readonly rows: number;
    readonly tags: Tags;
  };

/**
 * Starts `argv` in a pane of its own, whose log has everything from its first byte on. Throws SESSION_EXISTS when
 * tmux has a session of this name, TMUX_UNAVAILABLE with tmux's words when it cannot; then nothing is left of it.
 */
export async function createSession(server: TmuxServer, plan: SessionPlan): Promise<void> {
  const target = targetOf(plan.name);
  const size = ["-x", String(plan.cols), "-y", String(plan.rows)];
  const replies = await server.run([
    command("new-session", "-d", "-s", tmuxSessionName(plan.name), ...size, "--", ...wrapped(plan)),
    ...(atLeast(server.version, "2.9") ? [command("resize-window", "-t", target, ...size)] : []),
    recorderOption(server.runtimeFolder, plan),
    recorderStart(server, plan.name),
    command("set-option", "-t", target, tagsOption, renderTags(plan.tags)),
  ]);
  if (replies.at(-1)?.ok === true) return;
  if (replies.length > 1) await killSession(server, plan.name);
  throw startFailure(plan.name, replies);
}

/** Notes these tags at the session instead of what it carried; no fault when there is none. */
export async function writeTags(server: TmuxServer, name: string, tags: Tags): Promise<void> {
  await server.run([command("set-option", "-t", targetOf(name), tagsOption, renderTags(tags))]);
}

/**
 * Ends what the pane runs and starts `argv` there; log and scrollback go on, but for the scrollback of a dead pane below
 * tmux 2.9. Throws SESSION_NOT_FOUND without the session, and what createSession throws.
 */
export async function respawn(server: TmuxServer, plan: SessionPlan): Promise<void> {
  if (!atLeast(server.version, "2.9") && (await paneFacts(server, plan.name))?.dead === true) {
    // tmux 2.6 keeps a pane's note of having died, and ends what is started there at its next output.
    await killSession(server, plan.name);
    return createSession(server, plan);
  }
  const target = targetOf(plan.name);
  const replies = await server.run([command("respawn-pane", "-k", "-t", target, "--", ...wrapped(plan))]);
  if (replies.at(-1)?.ok === true) return;
  throw new UserError(
    "SESSION_NOT_FOUND",
    `tmux could not start session ${plan.name} again: ${failureOf(replies)}`,
    "Call open_connection to open it anew.",
  );
}

/** Ends the session and all that it runs; no fault when there is none. */
export async function killSession(server: TmuxServer, name: string): Promise<void> {
  await server.run([command("kill-session", "-t", targetOf(name))]);
}

function wrapped({ argv, numberFile }: Program): string[] {
  return ["/bin/sh", "-c", wrapper, "sh", numberFile, ...argv];
}

function startFailure(name: string, replies: readonly Reply[]): UserError {
  const words = failureOf(replies);
  if (words.startsWith("duplicate session")) {
    return new UserError(
      "SESSION_EXISTS",
      `tmux already has a session ${tmuxSessionName(name)}`,
      "Use that session, close it first, or choose another session_name.",
    );
  }
  return new UserError(
    "TMUX_UNAVAILABLE",
    `tmux could not start session ${name}: ${words}`,
    limitHint(words),
  );
}

/** The limits are those that our tmux server was started with. */
function limitHint(words: string): string {
  const which = /too many open files/i.test(words)
    ? "ulimit -n"
    : /fork failed|resource temporarily unavailable/i.test(words)
      ? "ulimit -u"
      : undefined;
  if (which === undefined)
    return "Look at this machine's limits for processes and terminals, then try again.";
  return `Close a session that is no longer needed. A human can raise ${which} where the MCP client is started; it counts once our tmux server is started anew, which ends all sessions.`;
}

function failureOf(replies: readonly Reply[]): string {
  return replies.at(-1)?.lines.join(" ") ?? "";
}
