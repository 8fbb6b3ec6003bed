import { UserError } from "../base/user-error.ts";
import type { FileSubscription } from "../platform/folder-watch.ts";
import type { Call, OpenOutcome, OutputOutcome, SessionHandle, SessionService } from "../sessions/outcome.ts";
import type { ToolContext } from "./define-tool.ts";
import { defaultChars, defaultLines } from "./input-fields.ts";
import { isRecord } from "./is-record.ts";
import { adviseNext, describeOutcome } from "./outcome-words.ts";
import type { Facts, Reply } from "./response.ts";
import type { PageFate } from "./secret-page/secret-pages.ts";
import { outputFacts, terminalFacts } from "./terminal-facts.ts";

/** Asks the user on a page of their own; undefined where they cannot be asked so. */
export type AskHuman = (
  session: SessionHandle,
  cursor: string,
  limits: { readonly waitMs: number; readonly signal: AbortSignal },
) => Promise<PageFate | undefined>;

/** What a call waits for the user that gives no time itself. */
const defaultWaitSeconds = 5;

/**
 * The reply of `work`; where the session then asks what only a human may answer, they are asked, and within the call's
 * own wait the reply tells what came of it.
 */
export async function withHumanAnswer(
  work: () => Promise<Reply>,
  session: SessionHandle,
  { askHuman, call, shown }: ToolContext,
): Promise<Reply> {
  if (askHuman === undefined) return work();
  const startedAtMs = performance.now();
  const first = await work().catch((error: unknown) => {
    if (error instanceof UserError && isToBeAsked(error)) return error;
    throw error;
  });
  const cursor = first instanceof UserError ? shown.of(session.name) : askedAt(first.facts);
  if (cursor === undefined) return orThrow(first);
  const deadlineMs = startedAtMs + 1_000 * waitSecondsOf(first);
  const fate = await askHuman(session, cursor, { waitMs: left(deadlineMs), signal: call.signal });
  if (fate === "open") return stillAsked(first, session.name);
  if (fate !== "answered" && fate !== "gone") return orThrow(first);
  const id = first instanceof UserError ? undefined : first.facts["command_id"];
  const reply = await goOn(session, { id, cursor, waitSeconds: Math.ceil(left(deadlineMs) / 1_000) }, call);
  return fate === "gone" ? reply : { ...reply, message: `the user answered it; ${reply.message}` };
}

/** The same for a login; the opening's own facts stay. */
export async function withHumanLogin(
  opened: OpenOutcome,
  { askHuman, call, service }: ToolContext,
  deadlineMs: number,
): Promise<OpenOutcome> {
  const cursor = askedAt(terminalFacts(opened));
  if (askHuman === undefined || cursor === undefined) return opened;
  using changes = service.watch({ kind: "catalog" });
  const session = await service.find(opened.sessionName);
  const fate = await askHuman(session, cursor, { waitMs: left(deadlineMs), signal: call.signal });
  if (fate !== "answered" && fate !== "gone") return opened;
  const now = await loggedIn(opened.sessionName, { service, changes, deadlineMs }, call);
  const { awaiting: _, ...rest } = opened;
  const { state, confidence, link, where, awaiting } = now;
  return {
    ...rest,
    state,
    confidence,
    link,
    cursor: now.cursor,
    ...(where === undefined ? {} : { where }),
    ...(awaiting === undefined ? {} : { awaiting }),
  };
}

const unmarkedGraceMs = 1_000;

/** The session once its shell is set up, which the state file tells, or once it is clear that it will not be. */
async function loggedIn(
  name: string,
  {
    service,
    changes,
    deadlineMs,
  }: {
    readonly service: SessionService;
    readonly changes: FileSubscription;
    readonly deadlineMs: number;
  },
  call: Call,
): Promise<OutputOutcome> {
  for (let unmarked = 0; ;) {
    const session = await service.find(name);
    const now = await session.output({ view: "scrollback", numLines: 1, waitSeconds: 0 }, call);
    const isSettled =
      now.state === "awaiting_input" ||
      now.state === "disconnected" ||
      (now.state === "idle" && (now.confidence === "exact" || unmarked > 1));
    if (isSettled || call.signal.aborted || left(deadlineMs) === 0) return now;
    if (now.state === "idle") unmarked += 1;
    await changes.next(Math.min(left(deadlineMs), unmarkedGraceMs), [call.signal]);
  }
}

function left(deadlineMs: number): number {
  return Math.max(0, deadlineMs - performance.now());
}

function waitSecondsOf(first: Reply | UserError): number {
  const seconds = first instanceof UserError ? undefined : first.facts["wait_seconds"];
  return typeof seconds === "number" ? seconds : defaultWaitSeconds;
}

function orThrow(first: Reply | UserError): Reply {
  if (first instanceof UserError) throw first;
  return first;
}

/** A secret that the configuration has a human asked for each time. */
function isToBeAsked({ code, details }: UserError): boolean {
  return code === "SECRET_UNAVAILABLE" && details?.["source"] === "ask";
}

const hiddenKinds: ReadonlySet<unknown> = new Set(["password", "passphrase", "otp"]);

/** The cursor at which the session waits for what no configured secret answers. */
function askedAt({ state, awaiting, cursor }: Facts): string | undefined {
  if (state !== "awaiting_input" || !isRecord(awaiting) || typeof cursor !== "string") return undefined;
  const answerWith = awaiting["answer_with"];
  const hasSecret = isRecord(answerWith) && answerWith["name"] !== undefined;
  return !hasSecret && hiddenKinds.has(awaiting["kind"]) ? cursor : undefined;
}

function stillAsked(first: Reply | UserError, sessionName: string): Reply {
  const session = JSON.stringify(sessionName);
  const next = `the user was asked for it on a page of their own; get_terminal_output {"session_name": ${session}, "wait_seconds": 30} waits for that`;
  if (!(first instanceof UserError)) return { ...first, next };
  const { code, message, details = {}, cause } = first;
  throw new UserError(code, message, next, { details, cause });
}

async function goOn(
  session: SessionHandle,
  {
    id,
    cursor,
    waitSeconds,
  }: { readonly id: unknown; readonly cursor: string; readonly waitSeconds: number },
  call: Call,
): Promise<Reply> {
  const view =
    typeof id === "string"
      ? ({ view: "command", commandId: id } as const)
      : ({ view: "new", cursor } as const);
  const outcome = await session.output(
    { ...view, numLines: defaultLines, waitSeconds: Math.max(1, waitSeconds) },
    call,
  );
  const bounds = { numLines: defaultLines, maxChars: defaultChars, keep: "both" } as const;
  return {
    message: describeOutcome(outcome),
    next: adviseNext(outcome),
    ...outputFacts(outcome, bounds, { view: outcome.view }),
  };
}
