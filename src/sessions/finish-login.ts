import { existsSync, readFileSync, truncateSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { parseRemoteSoftware } from "../ssh/log.ts";
import type { PreparedSsh } from "../ssh/prepare.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { writeTags } from "../tmux/session.ts";
import { integrate, type Marked } from "./integrate.ts";
import { lockInput } from "./lock-input.ts";
import type { SessionContext } from "./look.ts";
import type { LearnedPrompt } from "./prompt.ts";
import type { Readiness } from "./readiness.ts";
import { recordTags } from "./record-tags.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** An ssh under way, and what it is to become. */
export type Login = {
  readonly context: SessionContext;
  readonly prepared: PreparedSsh;
  readonly config: ConnectionConfig;
};

/** Sets our marks up in the shell that waits, and records the session as open. */
export async function finishLogin(
  place: Workplace,
  login: Login,
  { prompt }: Pick<Extract<Readiness, { kind: "ready" }>, "prompt">,
): Promise<SessionContext> {
  const level = (await integrateShell(place, login, prompt))?.level;
  const opened = await recordOpen(place, login.context, {
    prompt,
    integrated: level !== undefined,
    levels: level === undefined ? [] : [level],
  });
  // ssh's logs have said all that they are needed for, and would grow with the session.
  for (const path of login.prepared.logFiles) if (existsSync(path)) truncateSync(path);
  return opened;
}

/** From here on every process may use the session. */
export async function recordOpen(
  place: Workplace,
  context: SessionContext,
  shell: Pick<SessionRecord, "prompt" | "levels" | "integrated">,
): Promise<SessionContext> {
  const record: SessionRecord = { ...context.record, phase: "open", ...shell };
  await place.state.put(record);
  await writeTags(context.tmux, record.session_name, recordTags(record));
  return { ...context, record };
}

/**
 * Only what waits at a prompt of a host that speaks as OpenSSH or dropbear do is taken for a shell. A terminal that
 * cannot be written to costs the marks, not the session.
 */
async function integrateShell(
  place: Workplace,
  { context, prepared, config: { shellIntegration } }: Login,
  prompt: LearnedPrompt | undefined,
): Promise<Marked | undefined> {
  if (prompt === undefined || shellIntegration === "never") return undefined;
  const software = parseRemoteSoftware(readFileSync(prepared.target.logFile, "utf8")) ?? "";
  const isShellHost = /^(?:OpenSSH|dropbear)/.test(software) && looksLikeShellPrompt(prompt);
  if (!isShellHost && shellIntegration !== "always") return undefined;
  try {
    await using _ = await lockInput(context, neverAborted);
    return await integrate(context, prompt);
  } catch (error) {
    if (error instanceof UserError) throw error;
    place.warn(`the shell of ${context.record.session_name} carries no marks: ${String(error)}`);
    return undefined;
  }
}

const neverAborted = new AbortController().signal;

/** `name>` and `name#` are how routers and switches ask. */
function looksLikeShellPrompt({ text, bracketed }: LearnedPrompt): boolean {
  return bracketed || !/^[\w.()/-]+[>#]\s*$/.test(text.trim()) || /^[#>]/.test(text.trim());
}
