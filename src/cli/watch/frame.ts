import { printable } from "../printable.ts";
import { clip } from "./clip.ts";

/** One session: `lines` of its screen as remote text, of which `cursorRow` is the one that it writes in. */
export type Tile = { readonly title: string; readonly lines: readonly string[]; readonly cursorRow: number };

type View = { readonly cols: number; readonly rows: number; readonly page: number; readonly color: boolean };

/** `rows` of exactly the view's height and width, with nothing but printable text and our own reverse video. */
export type Frame = { readonly rows: readonly string[]; readonly page: number; readonly pages: number };

const leastTileRows = 5;
const twoColumnsFrom = 160;
const gap = " | ";

/** As many sessions as have room, side by side where it is wide; the rest on further pages. */
export function renderFrame(tiles: readonly Tile[], view: View): Frame {
  const { cols, rows, color } = view;
  const area = Math.max(1, rows - 2);
  const columns = cols >= twoColumnsFrom && tiles.length > 1 ? 2 : 1;
  const perPage = Math.max(1, Math.floor(area / leastTileRows)) * columns;
  const pages = Math.max(1, Math.ceil(tiles.length / perPage));
  const page = Math.min(view.page, pages - 1);
  const shown = tiles.slice(page * perPage, (page + 1) * perPage);
  const lines = Math.max(1, Math.ceil(shown.length / columns));
  const body = Array.from({ length: lines }, (_, line) => {
    const height = shareOf(area, lines, line);
    const drawn = Array.from({ length: columns }, (_tile, column) => {
      const width = shareOf(cols - gap.length * (columns - 1), columns, column);
      return drawTile(shown[line * columns + column], width, height, color);
    });
    return Array.from({ length: height }, (_row, at) => drawn.map((tile) => tile[at] ?? "").join(gap));
  }).flat();
  const count = tiles.length === 1 ? "1 session" : `${tiles.length} sessions`;
  const top = `mcp-ssh-interactive watch | ${tiles.length === 0 ? "no session is open" : count}`;
  const turn = pages === 1 ? "" : ` | page ${page + 1} of ${pages}: Space, b`;
  const bottom = `q leaves | only looks${turn}`;
  return { rows: [clip(top, cols), ...body.slice(0, area), clip(bottom, cols)].slice(0, rows), page, pages };
}

/** What does not divide evenly goes to the first ones. */
function shareOf(all: number, parts: number, part: number): number {
  return Math.floor(all / parts) + (part < all % parts ? 1 : 0);
}

/** A heading, and the last lines of the screen that hold anything. */
function drawTile(tile: Tile | undefined, width: number, height: number, color: boolean): string[] {
  if (tile === undefined) return Array.from({ length: height }, () => clip("", width));
  const { title, lines, cursorRow } = tile;
  const end =
    Math.max(
      cursorRow,
      lines.findLastIndex((line) => line.trim() !== ""),
    ) + 1;
  const last = lines.slice(Math.max(0, end - Math.max(0, height - 1)), end);
  const heading = clip(`== ${printable(title)} `, width, "=");
  const body = Array.from({ length: height - 1 }, (_, at) => clip(printable(last[at] ?? ""), width));
  return [color ? `\u001b[7m${heading}\u001b[0m` : heading, ...body];
}
