import { existsSync, readFileSync, truncateSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { parseRemoteSoftware } from "../ssh/log.ts";
import type { PreparedSsh } from "../ssh/prepare.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { writeTags } from "../tmux/session.ts";
import { integrate, type Marked, type Stalled } from "./integrate.ts";
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
  const marked = await integrateShell(place, login, prompt);
  const isDue = prompt === undefined || marked === "stalled";
  const level = marked === "stalled" ? undefined : marked?.level;
  const opened = await recordOpen(place, login.context, {
    prompt,
    integrated: level !== undefined,
    marks_due: isDue && mayMark(login),
    levels: level === undefined ? [] : [level],
  });
  emptyLogs(login.prepared);
  return opened;
}

/** ssh's logs have said all that they are needed for, and would grow with the session. */
export function emptyLogs({ logFiles }: PreparedSsh): void {
  for (const path of logFiles) if (existsSync(path)) truncateSync(path);
}

/** From here on every process may use the session. */
export async function recordOpen(
  place: Workplace,
  context: SessionContext,
  shell: Pick<SessionRecord, "prompt" | "levels" | "integrated" | "marks_due">,
): Promise<SessionContext> {
  const record: SessionRecord = { ...context.record, phase: "open", ...shell };
  await place.state.put(record);
  await writeTags(context.tmux, record.session_name, recordTags(record));
  return { ...context, record };
}

/** Only a host that speaks as OpenSSH or dropbear do is taken to have a shell. */
export function mayMark({ prepared, config: { shellIntegration } }: Omit<Login, "context">): boolean {
  if (shellIntegration !== "auto") return shellIntegration === "always";
  const software = parseRemoteSoftware(readFileSync(prepared.target.logFile, "utf8")) ?? "";
  return /^(?:OpenSSH|dropbear)/.test(software);
}

/** A terminal that cannot be written to costs the marks, not the session. */
async function integrateShell(
  place: Workplace,
  login: Login,
  prompt: LearnedPrompt | undefined,
): Promise<Marked | Stalled | undefined> {
  const { context, config } = login;
  if (prompt === undefined || !mayMark(login)) return undefined;
  if (config.shellIntegration !== "always" && !looksLikeShellPrompt(prompt)) return undefined;
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
export function looksLikeShellPrompt({ text, bracketed }: LearnedPrompt): boolean {
  return bracketed || !/^[\w.()/-]+[>#]\s*$/.test(text.trim()) || /^[#>]/.test(text.trim());
}
