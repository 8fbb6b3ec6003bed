import { dirname } from "node:path";

import { UserError } from "../base/user-error.ts";
import { requireRoom } from "../platform/disk-room.ts";
import { momentNow } from "../platform/moment.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { pausedByHuman } from "../policy/pause.ts";
import { findAsker, secretFor } from "../policy/secret-use.ts";
import type { LedgerRecord } from "../state/ledger.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { classifyAwaiting } from "./awaiting.ts";
import { clearLine, leftOver } from "./clear-line.ts";
import { ownerOf } from "./command-owner.ts";
import { cursorPlace } from "./cursor-place.ts";
import { aboutCall, admitInput } from "./gate.ts";
import { hiddenText, isHiddenKind, secretSentTo } from "./hidden-prompt.ts";
import { changeSeenNumber } from "./inner-shell.ts";
import type { Input, InputStep } from "./input-keys.ts";
import { isSamePlace, lineUntil } from "./input-place.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Awaiting, Call, InputRequest } from "./outcome.ts";
import { assertUpToDate } from "./outdated-session.ts";
import { alreadyAnswered, busy, disconnected, humanOnly, notTyped, promptGone, stalled } from "./refusals.ts";
import { useSendSecret } from "./secret-refusals.ts";
import { sentInFront, type SentCommand } from "./sent-command.ts";
import { whereNow } from "./terminal-facts.ts";
import { nextRecord, type TypedCommand } from "./type-command.ts";

/**
 * Input that was typed from log offset `offset` on. `answered` is the command that took it, or that it is;
 * `follows` tells how that ends, undefined where nothing runs or was begun.
 */
export type TypedInput = {
  readonly offset: number;
  readonly atMs: number;
  readonly answered: SentCommand | undefined;
  readonly follows: TypedCommand | undefined;
};

/** Types text and keys as a person would, to whatever waits for them. Throws with nothing typed where that is not what the client saw. */
export async function typeInput(
  session: SessionContext,
  request: InputRequest,
  input: Input,
  call: Call,
): Promise<TypedInput> {
  await using _ = await lockInput(session, call.signal);
  assertUpToDate(session);
  session.gatehouse.pause.assertOff();
  const waiting = await requireSamePlace(session, request, call);
  const current = await changeSeenNumber(session, waiting, call.signal);
  const asked = askedKind(session, current);
  if (asked === "host_key" && (input.prints || input.enters > 0)) throw humanOnly(session);
  const isHidden = isHiddenKind(asked);
  if (isHidden && (input.prints || input.enters > 0)) await assertNoSecretFits(session, call.signal);
  call.signal.throwIfAborted();
  const { approvedBy: approved } = await admitInput(session, request, current, call);
  if (input.prints) requireRoom(dirname(session.log.path));
  const { offset } = session.terminal;
  const typed =
    current.state === "idle"
      ? beginLine(session, current, input, call)
      : continuedCommand(
          session,
          { ...(isHidden ? { text: hiddenText } : shownInput(request)), ...entered(input) },
          call,
        );
  const { id, step, command, text, keys } = typed.record;
  const shown = step === "sent" ? { command } : { text, keys };
  const act = step === "sent" ? "command" : "input";
  await recordAct(session.gatehouse, {
    act,
    ...aboutCall(session, call),
    id,
    ...shown,
    from: offset,
    approved,
  });
  session.ledger.append(typed.record);
  await press(session, typed.record, input.steps);
  session.oracle.forget();
  return { offset, atMs: performance.now(), answered: typed.answered, follows: typed.follows };
}

async function requireSamePlace(
  session: SessionContext,
  { cursor }: InputRequest,
  call: Call,
): Promise<Look> {
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.pane?.inMode) throw busy(session, "a human looks through the scrollback (copy mode)");
  const shown = cursor === undefined ? undefined : cursorPlace(session, cursor);
  if (shown === undefined || !isSamePlace(session, current, shown))
    throw promptGone(session, current, whereNow(session, current));
  const answered = answeredByOther(session, shown, call);
  if (answered !== undefined) throw alreadyAnswered(session, current, ownerOf(answered));
  const left = current.state === "idle" ? leftOver(session, current) : undefined;
  if (left === undefined) return current;
  if (!(await clearLine(session, left, session.terminal.offset > left.offset, call.signal)))
    throw stalled(session);
  return look(session, await lookAtPane(session));
}

/** What is asked for, told from the line alone: what is secret must not depend on how long it has been standing there. */
function askedKind(session: SessionContext, { state, awaiting }: Look): Awaiting["kind"] | undefined {
  if (awaiting !== undefined || state === "idle" || state === "fullscreen") return awaiting?.kind;
  return classifyAwaiting(lineUntil(session, session.terminal.offset), { atShell: false })?.kind;
}

/** Where nothing is echoed an answer leaves no trace, and a second one would go to whatever reads next. */
function answeredByOther(session: SessionContext, shown: number, call: Call): LedgerRecord | undefined {
  const { incarnation } = session.record;
  const last = session.ledger.find((record) => record.incarnation === incarnation);
  if (last?.step !== "input" || last.enter !== true || last.offset < shown) return undefined;
  return last.pid === process.pid && last.client === call.client ? undefined : last;
}

/** A secret of the configuration is not the agent's to type, unless it was refused. */
async function assertNoSecretFits(session: SessionContext, signal: AbortSignal): Promise<void> {
  if (session.secrets.named().size === 0) return;
  const held = await session.oracle.holders(signal);
  const found = held === undefined ? undefined : findAsker(held);
  if (found === undefined || !("asker" in found)) return;
  const name = secretFor(found.asker.program, session.secrets.named());
  if (name !== undefined && secretSentTo(session, found.asker.pid) === undefined)
    throw useSendSecret(session, name);
}

type Recorded = Pick<TypedInput, "answered" | "follows"> & { readonly record: LedgerRecord };

/** At a shell's prompt: one line that is sent is a command like any other. */
function beginLine(session: SessionContext, { typed = "" }: Look, input: Input, call: Call): Recorded {
  const command = typed + input.steps.map((step) => (step.kind === "text" ? step.text : "")).join("");
  const entry = nextRecord(session, command, call);
  const isCommand = input.enters === 1 && input.endsInEnter && command.trim() !== "";
  if (!isCommand) {
    const record = {
      ...entry,
      id: session.ledger.last()?.id ?? "c0",
      step: "input",
      ...shownKeys(input),
    } as const;
    return { record, answered: undefined, follows: undefined };
  }
  return { record: { ...entry, step: "sent" }, answered: entry, follows: following(session, entry) };
}

function shownKeys({ steps }: Input): Pick<LedgerRecord, "keys"> {
  return { keys: steps.flatMap((step) => (step.kind === "key" ? [step.key] : [])) };
}

function entered({ enters }: Input): Pick<LedgerRecord, "enter"> {
  return enters > 0 ? { enter: true } : {};
}

function shownInput({ text, keys }: InputRequest): Pick<LedgerRecord, "text" | "keys"> {
  return { ...(text === "" ? {} : { text }), ...(keys.length === 0 ? {} : { keys: [...keys] }) };
}

/** The record of input to what runs, in which it stands as `shown`. */
export function continuedCommand(
  session: SessionContext,
  shown: Pick<LedgerRecord, "text" | "keys" | "enter">,
  call: Call,
): Recorded {
  const answered = sentInFront(session);
  const { marks, offset } = session.terminal;
  const record: LedgerRecord = {
    step: "input",
    id: answered?.id ?? session.ledger.last()?.id ?? "c0",
    incarnation: session.record.incarnation,
    offset,
    ...momentNow(),
    pid: process.pid,
    client: call.client,
    command: answered?.command ?? "",
    ...shown,
  };
  const told = answered ?? (marks === undefined ? undefined : { id: "", command: "", offset, ...marks });
  return { record, answered, follows: told === undefined ? undefined : following(session, told) };
}

/** The command as its end is to be recognised from now on. */
function following(
  session: SessionContext,
  { id, command, aid, counter }: Pick<SentCommand, "id" | "command" | "aid" | "counter">,
): TypedCommand {
  const { terminal, record } = session;
  const prompts = terminal.levels.known(record.prompt);
  const atMs = performance.now();
  return {
    id,
    command,
    offset: terminal.offset,
    atMs,
    echoed: true,
    prompt: prompts[0],
    prompts,
    aid,
    counter,
  };
}

async function press(
  session: SessionContext,
  record: LedgerRecord,
  steps: readonly InputStep[],
): Promise<void> {
  const {
    tmux,
    record: { session_name: name },
  } = session;
  for (const [index, step] of steps.entries()) {
    if (session.gatehouse.pause.isOn) throw await stopped(session, record, index);
    const pressed =
      step.kind === "text"
        ? await pasteText(tmux, name, step.text, { bracketed: false })
        : await sendKeys(tmux, name, [step.key]);
    if (pressed === "typed") continue;
    if (record.step === "sent") session.ledger.append({ ...record, step: "cleared" });
    if (index === 0 || pressed === "gone") throw await notTyped(session, pressed);
    throw new UserError(
      "SESSION_BUSY",
      `a human began to look through the scrollback of ${name} (copy mode) while the input was typed: a part of it is missing`,
      "Look with get_terminal_output before typing on.",
      { details: { by: "a human in copy mode" } },
    );
  }
}

/** A human has said stop: what stands on a shell's line is taken off it again. */
async function stopped(session: SessionContext, record: LedgerRecord, typed: number): Promise<UserError> {
  const atPrompt = record.step === "sent";
  if (atPrompt) session.ledger.append({ ...record, step: "cleared" });
  if (atPrompt && typed > 0) await clearLine(session, record, true, neverAborted);
  return pausedByHuman();
}

const neverAborted = new AbortController().signal;
