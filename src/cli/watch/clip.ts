/** Exactly `columns` of a terminal: what is longer is cut between characters, what is shorter filled up. */
export function clip(text: string, columns: number, filler = " "): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.slice(0, columns).padEnd(columns, filler);
  let shown = "";
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const more = Bun.stringWidth(segment);
    if (width + more > columns) break;
    shown += segment;
    width += more;
  }
  return shown + filler.repeat(columns - width);
}
