import { delay } from "../../platform/delay.ts";
import { FolderWatch } from "../../platform/folder-watch.ts";
import { homeTree } from "../../platform/home-tree.ts";
import type { SessionSummary } from "../../sessions/outcome.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import { captureScreen } from "../../tmux/screen-capture.ts";
import { exitCodes, type Invocation } from "../command.ts";
import { doing, placeOf } from "../session-words.ts";
import { renderFrame, type Tile } from "./frame.ts";
import { FullScreen } from "./full-screen.ts";

const leastBetweenMs = 100;
const lookAgainMs = 1_000;

/** Draws the sessions, or one of them, until a key ends it. Nothing but printable text of theirs reaches the terminal. */
export async function watchSessions(
  { root, color }: Invocation,
  sessions: Sessions,
  only?: string,
): Promise<number> {
  const folder = new FolderWatch(homeTree(root, process.getuid?.() ?? 0).logs);
  using changes = folder.subscribe();
  using screen = new FullScreen(() => changes.announce());
  const ended = () => screen.ended;
  let page = 0;
  while (ended() === undefined) {
    const found = (await sessions.list()).filter(({ sessionName }) => (only ?? sessionName) === sessionName);
    const tiles = await Promise.all(found.map((session) => tileOf(sessions, session)));
    const frame = renderFrame(tiles, { ...screen.size, page, color });
    screen.draw(frame.rows);
    await changes.next(lookAgainMs, []);
    if (ended() === undefined) await delay(leastBetweenMs, new AbortController().signal);
    page = Math.max(0, Math.min(frame.pages - 1, frame.page + screen.takeTurns()));
  }
  return ended() === "interrupted" ? exitCodes.interrupted : exitCodes.done;
}

async function tileOf(sessions: Sessions, summary: SessionSummary): Promise<Tile> {
  const { sessionName } = summary;
  const handle = await sessions.find(sessionName).catch(() => undefined);
  const screen = handle && (await captureScreen(handle.context.tmux, sessionName));
  return {
    title: `${sessionName} | ${placeOf(summary)} | ${doing(summary)}`,
    lines: screen?.lines ?? [],
    cursorRow: screen?.cursorY ?? 0,
  };
}
