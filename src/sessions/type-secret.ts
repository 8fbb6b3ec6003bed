import { recordAct } from "../policy/gatehouse.ts";
import type { Asker } from "../policy/secret-use.ts";
import { aboutCall } from "./gate.ts";
import { hiddenText } from "./hidden-prompt.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { busy, disconnected } from "./refusals.ts";
import { askerNow, isThere } from "./secret-asker.ts";
import { notASecretPrompt, takenBack } from "./secret-refusals.ts";
import { continuedCommand, type TypedInput } from "./type-input.ts";
import { typeUnseen } from "./type-unseen.ts";

const minSilenceMs = 80;

/**
 * Types the secret at a question that `requireAsker` has just taken for one of its program, and hands it over only if
 * nothing came of that and the same process still asks. Else it takes the text back and throws NOT_A_SECRET_PROMPT.
 */
export async function typeSecret(
  session: SessionContext,
  { name, value }: { readonly name: string; readonly value: string },
  requireAsker: () => Promise<Asker>,
  call: Call,
): Promise<TypedInput> {
  await using _ = await lockInput(session, call.signal);
  const { terminal, ledger } = session;
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (current.pane?.inMode) throw busy(session, "a human looks through the scrollback (copy mode)");
  const { offset } = terminal;
  const askedAtMs = performance.now();
  const asker = await requireAsker();
  // One question to the host takes two round trips and more.
  const silenceMs = Math.max(minSilenceMs, performance.now() - askedAtMs);
  await terminal.catchUp();
  if (terminal.offset !== offset) throw notASecretPrompt(session, "the terminal showed something meanwhile");
  call.signal.throwIfAborted();
  session.gatehouse.pause.assertOff();
  const { id } = session.ledger.last() ?? {};
  await recordAct(session.gatehouse, {
    act: "secret",
    ...aboutCall(session, call),
    id,
    name,
    program: asker.program,
    from: offset,
  });
  const { record: entry, ...follows } = continuedCommand(session, { text: hiddenText }, call);
  ledger.append(entry);
  const end = await typeUnseen(session, {
    text: value,
    silenceMs,
    takesEof: asker.takesEof,
    stillAsks: async () =>
      !session.gatehouse.pause.isOn && (await askerNow(session, neverAborted)).pid === asker.pid,
    isThere: () => isThere(session, asker),
    noteHandedOver: () =>
      ledger.append({ ...entry, keys: ["Enter"], enter: true, secret: name, asker: asker.pid }),
  });
  if ("offset" in end) return { offset, atMs: performance.now(), ...follows };
  session.gatehouse.pause.assertOff();
  const doubt =
    end.kept === "shown"
      ? "something was shown as the answer was typed"
      : "what had asked did not wait for the answer";
  throw notASecretPrompt(session, `${doubt}; ${takenBack(end)}`);
}

/** Once typed, it is handed over or taken back. */
const neverAborted = new AbortController().signal;
