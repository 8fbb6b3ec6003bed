import type { Asker } from "../policy/secret-use.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import { hiddenText } from "./hidden-prompt.ts";
import { lockInput } from "./lock-input.ts";
import { look, lookAtPane, type SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { busy, disconnected, notTyped } from "./refusals.ts";
import { notASecretPrompt } from "./secret-refusals.ts";
import { continuedCommand, type TypedInput } from "./type-input.ts";
import { waitUntil } from "./wait.ts";

const minSilenceMs = 80;

/**
 * Types the secret at a question that `requireAsker` has just taken for one of its program, and presses Enter only if
 * nothing came of that and the same process still asks. Else it takes the text back and throws NOT_A_SECRET_PROMPT.
 */
export async function typeSecret(
  session: SessionContext,
  { name, value }: { readonly name: string; readonly value: string },
  requireAsker: () => Promise<Asker>,
  call: Call,
): Promise<TypedInput> {
  await using _ = await lockInput(session, call.signal);
  const { terminal, tmux, ledger, record } = session;
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
  const { record: entry, ...follows } = continuedCommand(session, { text: hiddenText }, call);
  ledger.append(entry);
  const pasted = await pasteText(tmux, record.session_name, value, { bracketed: false });
  if (pasted !== "typed") throw await notTyped(session, pasted);
  const doubt = await doubtAfterPaste(
    session,
    offset,
    silenceMs,
    async () => (await requireAsker()).pid === asker.pid,
  );
  if (doubt !== undefined) {
    await sendKeys(tmux, record.session_name, ["C-c"]);
    throw notASecretPrompt(session, doubt);
  }
  ledger.append({ ...entry, keys: ["Enter"], secret: name, asker: asker.pid });
  const pressed = await sendKeys(tmux, record.session_name, ["Enter"]);
  if (pressed !== "typed") throw await notTyped(session, pressed);
  return { offset, atMs: performance.now(), ...follows };
}

/** Why Enter is not to be pressed. */
async function doubtAfterPaste(
  session: SessionContext,
  offset: number,
  silenceMs: number,
  stillAsks: () => Promise<boolean>,
): Promise<string | undefined> {
  const shows = () => (session.terminal.offset > offset ? true : undefined);
  const end = await waitUntil(session, shows, performance.now() + silenceMs, neverAborted);
  if (end.reason === "decided") return shownDoubt;
  const isSame = await stillAsks().catch(() => false);
  await session.terminal.catchUp();
  if (shows()) return shownDoubt;
  return isSame ? undefined : "what had asked did not wait for the answer; it was taken back with Ctrl+C";
}

const shownDoubt = "something was shown as the answer was typed; it was taken back with Ctrl+C";
const neverAborted = new AbortController().signal;
