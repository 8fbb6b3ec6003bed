/**
 * One row of the page. `text` has one UTF-16 unit per column, up to the last one that was written: the character
 * itself, one of the marks below, or, for what does not fit a unit (emoji, combined characters), an index into
 * `clusters` as a lone surrogate, which decoded text never holds. `wrapped`: the text goes on in the next row.
 */
export type Row = { text: string; wrapped: boolean; clusters: string[] | undefined };

/** A column never written, or erased; reads as a space. */
const GAP = "\u0000";
const TAB = "\t";
const TAB_REST = "\u0001";
/** The second column of a wide character. */
export const WIDE_REST = "\u0002";

const FIRST_CLUSTER = 0xd800;
const MAX_CLUSTERS = 0x800;
const MAX_CLUSTER_UNITS = 32;

export function emptyRow(): Row {
  return { text: "", wrapped: false, clusters: undefined };
}

/** Puts `cells`, in the form of `Row.text`, at column `at`. */
export function writeCells(row: Row, at: number, cells: string): void {
  const { text } = row;
  if (at === text.length) row.text = text + cells;
  else if (at > text.length) row.text = text + GAP.repeat(at - text.length) + cells;
  else row.text = cellsBefore(text, at) + cells + cellsFrom(text, at + cells.length);
}

/** A tab over columns never written stays a tab in the text. */
export function writeTab(row: Row, at: number, columns: number): void {
  if (at >= row.text.length) writeCells(row, at, TAB + TAB_REST.repeat(columns - 1));
}

export function eraseCells(row: Row, from: number, to: number): void {
  if (from >= row.text.length) return;
  const rest = cellsFrom(row.text, to);
  const before = cellsBefore(row.text, from);
  row.text = rest === "" ? withoutTrailingGaps(before) : before + GAP.repeat(to - from) + rest;
}

export function insertGaps(row: Row, at: number, count: number, cols: number): void {
  if (at >= row.text.length) return;
  const shifted = cellsBefore(row.text, at) + GAP.repeat(count) + cellsFrom(row.text, at);
  row.text = withoutTrailingGaps(cellsBefore(shifted, cols));
}

export function deleteCells(row: Row, at: number, count: number): void {
  if (at >= row.text.length) return;
  row.text = withoutTrailingGaps(cellsBefore(row.text, at) + cellsFrom(row.text, at + count));
}

/** The unit that stands for `glyph` in this row's text. */
export function clusterCell(row: Row, glyph: string): string {
  if (glyph.length === 1) return glyph;
  row.clusters ??= [];
  if (row.clusters.length === MAX_CLUSTERS) dropUnusedClusters(row);
  return String.fromCharCode(FIRST_CLUSTER + row.clusters.push(glyph) - 1);
}

/** Joins `mark` to the character left of column `at`; false when there is none or it has grown too long. */
export function joinToCell(row: Row, at: number, mark: string): boolean {
  if (at === 0) return false;
  let head = at - 1;
  if (row.text[head] === WIDE_REST) head--;
  const isWide = head < at - 1;
  if (!isWide) eraseTabAt(row, head);
  const cell = row.text[head] ?? GAP;
  const joined = (cell === GAP ? " " : renderCell(row, cell)) + mark;
  if (joined.length > MAX_CLUSTER_UNITS) return false;
  writeCells(row, head, clusterCell(row, joined) + (isWide ? WIDE_REST : ""));
  return true;
}

/** The columns from `from` to `to` as text. */
export function renderCells(row: Row, from = 0, to: number = row.text.length): string {
  const cells = from === 0 && to >= row.text.length ? row.text : cellsFrom(cellsBefore(row.text, to), from);
  if (!/[\u0000-\u0002\ud800-\udfff]/.test(cells)) return cells;
  const plain = cells.replaceAll(GAP, " ").replace(/[\u0001\u0002]+/g, "");
  return row.clusters === undefined
    ? plain
    : plain.replace(/[\ud800-\udfff]/g, (cell) => renderCell(row, cell));
}

/** The row as it looks, with tabs as spaces. */
export function renderRow(row: Row): string {
  return renderCells({ ...row, text: row.text.replace(/[\t\u0001]/g, GAP) });
}

function renderCell(row: Row, cell: string): string {
  return row.clusters?.[cell.charCodeAt(0) - FIRST_CLUSTER] ?? cell;
}

function isRest(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === 1 || unit === 2;
}

/** The first `to` columns; a tab or wide character that is cut leaves gaps. */
function cellsBefore(text: string, to: number): string {
  if (!isRest(text, to)) return text.slice(0, to);
  let head = to - 1;
  while (isRest(text, head)) head--;
  return text.slice(0, head) + GAP.repeat(to - head);
}

function cellsFrom(text: string, from: number): string {
  let whole = from;
  while (isRest(text, whole)) whole++;
  return GAP.repeat(whole - from) + text.slice(whole);
}

function eraseTabAt(row: Row, at: number): void {
  if (row.text[at] === TAB || row.text[at] === TAB_REST) {
    row.text = cellsBefore(row.text, at) + GAP + cellsFrom(row.text, at + 1);
  }
}

function withoutTrailingGaps(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
}

function dropUnusedClusters(row: Row): void {
  const used: string[] = [];
  row.text = row.text.replace(/[\ud800-\udfff]/g, (cell) => {
    const index = used.push(renderCell(row, cell)) - 1;
    return String.fromCharCode(FIRST_CLUSTER + index);
  });
  row.clusters = used;
}
