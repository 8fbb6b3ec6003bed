import { UserError } from "../base/user-error.ts";
import { maskedFromLength } from "../base/word-mask.ts";
import { pasteText, sendKeys } from "../tmux/input.ts";
import type { Look, SessionContext } from "./look.ts";
import { notTyped } from "./refusals.ts";
import { waitUntil } from "./wait.ts";

/** An answer, and what asks for it. To be typed under the input lock. */
export type Unseen = {
  readonly text: string;
  /** So long nothing but `feedback` must be shown for it. */
  readonly silenceMs: number;
  readonly feedback?: RegExp;
  /** It reads a whole line, which Ctrl+D hands over too. */
  readonly takesEof: boolean;
  readonly stillAsks: () => Promise<boolean>;
  /** Whether the program that asked is there, whatever it does. */
  readonly isThere: () => Promise<boolean>;
  /** Called before the first key that hands the text over. */
  readonly noteHandedOver: () => void;
};

/** `kept` back, and why: what was typed was shown, or what asked did not wait for it. `isCleared`: it is seen to be off the line. */
export type UnseenEnd =
  | { readonly offset: number }
  | { readonly kept: "shown" | "changed"; readonly isCleared: boolean };

const settledMs = 300;
const settleLimitMs = 2_000;

/**
 * Types the answer and hands it over, where nothing came of the typing and the same program still asks. Returns where
 * the log ended then. Throws SESSION_BUSY, saying that the text stands there, when a human enters copy mode meanwhile.
 */
export async function typeUnseen(session: SessionContext, unseen: Unseen): Promise<UnseenEnd> {
  const { tmux, terminal, record } = session;
  const pasted = await pasteText(tmux, record.session_name, unseen.text, { bracketed: false });
  if (pasted !== "typed") throw await notTyped(session, pasted);
  const doubt = await doubtAbout(session, unseen);
  if (doubt !== undefined) return keptBack(session, doubt);
  unseen.noteHandedOver();
  const { offset } = terminal;
  // At Ctrl+D no line editor runs its line (but bash's in vi mode); once the program has the text, a shell gets only Enter.
  if (unseen.takesEof && unseen.text !== "") {
    await press(session, "C-d");
    if ((await doubtAbout(session, unseen)) !== undefined)
      return (await isTaken(session, unseen, offset)) ? { offset } : keptBack(session, "changed");
  }
  await press(session, "Enter");
  return { offset };
}

async function doubtAbout(
  session: SessionContext,
  { silenceMs, feedback, stillAsks }: Unseen,
): Promise<"shown" | "changed" | undefined> {
  const { terminal, log } = session;
  const { offset } = terminal;
  const shows = () => {
    if (terminal.offset === offset) return undefined;
    const shown = Buffer.from(log.read(offset, terminal.offset).bytes).toString("utf8");
    return feedback?.test(shown) === true ? undefined : true;
  };
  const end = await waitUntil(session, shows, performance.now() + silenceMs, neverAborted);
  if (end.reason === "decided") return "shown";
  const asks = await stillAsks().catch(() => false);
  await terminal.catchUp();
  if (shows()) return "shown";
  return asks ? undefined : "changed";
}

/** A shell that came in its place shows what was typed before it. */
function isShownSince({ log, terminal }: SessionContext, text: string, offset: number): boolean {
  if (text.length < maskedFromLength) return false;
  return Buffer.from(log.read(offset, terminal.offset).bytes).toString("utf8").includes(text);
}

/** Some programs take the text at Ctrl+D and go on. Where one ended instead, a shell has the text on its line. */
async function isTaken(session: SessionContext, { text, isThere }: Unseen, offset: number): Promise<boolean> {
  const settles = ({ state, typed, quietMs }: Look) => {
    if (state === "idle") return typed === "" ? "taken" : "left";
    return quietMs >= settledMs ? "unclear" : undefined;
  };
  const told = async (deadlineMs: number, decide: (current: Look) => string | undefined) => {
    const end = await waitUntil(session, decide, deadlineMs, neverAborted);
    return end.reason === "decided" ? end.value : "taken";
  };
  const limitMs = performance.now() + settleLimitMs;
  const first = await told(limitMs, settles);
  if (first !== "unclear") return first === "taken";
  if (isShownSince(session, text, offset)) return false;
  if (await isThere().catch(() => false)) return true;
  const last = await told(limitMs, (current) => (current.state === "idle" ? settles(current) : undefined));
  return last === "taken";
}

/** C-c brings a new prompt; it comes late where a shell has only begun to come to the front. */
async function keptBack(session: SessionContext, kept: "shown" | "changed"): Promise<UnseenEnd> {
  const { terminal, tmux, record } = session;
  await terminal.catchUp();
  const { offset } = terminal;
  const pressed = await sendKeys(tmux, record.session_name, ["C-c"]);
  if (pressed !== "typed") return { kept, isCleared: false };
  const isEmpty = ({ state, typed, promptStart = 0 }: Look) =>
    state === "idle" && typed === "" && promptStart >= offset ? true : undefined;
  const end = await waitUntil(session, isEmpty, performance.now() + settleLimitMs, neverAborted);
  return { kept, isCleared: end.reason === "decided" };
}

async function press(session: SessionContext, key: "C-d" | "Enter"): Promise<void> {
  const pressed = await sendKeys(session.tmux, session.record.session_name, [key]);
  if (pressed === "gone") throw await notTyped(session, pressed);
  if (pressed === "typed") return;
  const by = "a human began to look through the scrollback (copy mode) as an answer was typed";
  throw new UserError(
    "SESSION_BUSY",
    `${by}: it stands in ${session.record.session_name} now and was not sent`,
    "Ask the user to leave copy mode (q) and to press Ctrl+C there, then begin anew.",
    { details: { by } },
  );
}

/** Once typed, it is handed over or taken back: half an answer must not stay. */
const neverAborted = new AbortController().signal;
