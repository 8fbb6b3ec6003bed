/**
 * Terminal columns of code points that are not ASCII; 0 joins the cell before it. As glibc's wcwidth, on which
 * tmux and most remote shells lay out their lines; C1 controls count 0.
 */
export class CellWidths {
  private readonly known = new Uint8Array(0x3000);

  of(codePoint: number): number {
    if (codePoint >= this.known.length) return measure(codePoint);
    const known = this.known[codePoint] ?? 0;
    if (known > 0) return known - 1;
    const width = measure(codePoint);
    this.known[codePoint] = width + 1;
    return width;
  }
}

function measure(codePoint: number): number {
  if (codePoint < 0x300) return codePoint < 0xa0 ? 0 : 1;
  if (codePoint >= 0x3400 && codePoint < 0xa000) return 2;
  const glyph = String.fromCodePoint(codePoint);
  if (/^\p{Me}$/u.test(glyph)) return 0;
  const width = Bun.stringWidth(glyph);
  return width === 0 && /^(?:\p{Mc}|[\u0600-\u0605\u06dd\u070f\u08e2])$/u.test(glyph) ? 1 : width;
}
