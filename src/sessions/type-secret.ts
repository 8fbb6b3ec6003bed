import { recordAct } from "../policy/gatehouse.ts";
import { aboutCall } from "./gate.ts";
import { hiddenText } from "./hidden-prompt.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type Look, type SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { assertUpToDate } from "./outdated-session.ts";
import { busy, disconnected } from "./refusals.ts";
import { notASecretPrompt, takenBack } from "./secret-refusals.ts";
import { staysUnseen } from "./try-unseen.ts";
import { continuedCommand, type TypedInput } from "./type-input.ts";
import { typeUnseen } from "./type-unseen.ts";

/** What a secret is given to; `pid` and `program` as the host names it. */
export type Recipient = {
  readonly pid: number | undefined;
  readonly program: string;
  readonly takesEof: boolean;
  readonly approvedBy?: string | undefined;
};

/** One use of the secret `name`, for the question that stands there. */
export type SecretUse = {
  readonly name: string;
  /** The host does not tell whether what is typed is shown. */
  readonly isUntold: boolean;
  /** Called before the value is read. Throws ApprovalNeeded until a human has agreed. */
  readonly requireYes: () => Promise<void>;
  /** What asks, seen anew under the input lock; uses the yes up. Throws where the secret may not be given to it. */
  readonly requireAsker: (current: Look) => Promise<Recipient>;
  readonly stillAsks: (asker: Recipient) => Promise<boolean>;
  readonly isThere: (asker: Recipient) => Promise<boolean>;
};

const minSilenceMs = 80;
/** Longer than there and back by way of a second ssh. */
const untoldSilenceMs = 1_000;

/**
 * Types the secret at the question that it is for, and hands it over only if nothing came of that and the same still
 * asks. Else it takes the text back and throws NOT_A_SECRET_PROMPT.
 */
export async function typeSecret(
  session: SessionContext,
  { name, isUntold, requireAsker, stillAsks, isThere }: SecretUse,
  value: string,
  call: Call,
): Promise<TypedInput> {
  await using _ = await lockInput(session, call.signal);
  assertUpToDate(session);
  const { terminal, ledger, gatehouse } = session;
  const current = await requireFreePane(session);
  const { offset } = terminal;
  const askedAtMs = performance.now();
  const asker = await requireAsker(current);
  // One question to the host takes two round trips and more.
  const leastMs = isUntold ? untoldSilenceMs : minSilenceMs;
  const silenceMs = Math.max(leastMs, performance.now() - askedAtMs);
  await terminal.catchUp();
  if (terminal.offset !== offset) throw notASecretPrompt(session, "the terminal showed something meanwhile");
  call.signal.throwIfAborted();
  gatehouse.pause.assertOff();
  const { id } = ledger.last() ?? {};
  const { pid, program, approvedBy: approved } = asker;
  await recordAct(gatehouse, {
    act: "secret",
    ...aboutCall(session, call),
    id,
    name,
    program,
    approved,
    from: offset,
  });
  const { record: entry, ...follows } = continuedCommand(session, { text: hiddenText }, call);
  ledger.append(entry);
  if (isUntold && !(await staysUnseen(session, silenceMs)))
    throw notASecretPrompt(session, "a blank that was typed first did not stay unseen");
  gatehouse.pause.assertOff();
  const end = await typeUnseen(session, {
    text: value,
    silenceMs,
    takesEof: asker.takesEof,
    stillAsks: async () => !gatehouse.pause.isOn && (await stillAsks(asker)),
    isThere: () => isThere(asker),
    noteHandedOver: () => ledger.append({ ...entry, keys: ["Enter"], enter: true, secret: name, asker: pid }),
  });
  if ("offset" in end) return { offset, atMs: performance.now(), ...follows };
  gatehouse.pause.assertOff();
  const doubt =
    end.kept === "shown"
      ? "something was shown as the answer was typed"
      : "what had asked did not wait for the answer";
  throw notASecretPrompt(session, `${doubt}; ${takenBack(end)}`);
}

/** The session as it is, if nothing but what asks takes its input. */
export async function requireFreePane(session: SessionContext): Promise<Look> {
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.pane?.inMode) throw busy(session, "a human looks through the scrollback (copy mode)");
  return current;
}
