import { pasteText, sendKeys, type Typed } from "../tmux/input.ts";
import type { SessionContext } from "./look.ts";
import { notTyped } from "./refusals.ts";
import { waitUntil } from "./wait.ts";

/**
 * Types a blank, and takes it off again with Ctrl+U, with which goes whatever else may stand there unseen. True where
 * nothing was shown for either within `silenceMs`. To be called under the input lock.
 */
export async function staysUnseen(session: SessionContext, silenceMs: number): Promise<boolean> {
  const { tmux, terminal, record } = session;
  const { offset } = terminal;
  const isSilent = async (typed: Typed) => {
    if (typed !== "typed") throw await notTyped(session, typed);
    const shows = () => (terminal.offset === offset ? undefined : true);
    const signal = new AbortController().signal;
    return (await waitUntil(session, shows, performance.now() + silenceMs, signal)).reason !== "decided";
  };
  const isUnseen = await isSilent(await pasteText(tmux, record.session_name, " ", { bracketed: false }));
  const isErased = await isSilent(await sendKeys(tmux, record.session_name, ["C-u"]));
  return isUnseen && isErased;
}
