const prefix = "\x1b]7711;gap;";
const rest = /^([0-9a-f]{32});(\d{1,16})\x1b\\/;
const maxRest = 51;
const maxMark = prefix.length + maxRest;

/** So many bytes, or more, are missing at `start` of what was searched; the mark of that ends at `end`. */
export type Gap = { readonly start: number; readonly end: number; readonly bytes: number };

/** Where the recorder could not write, by the marks in this part of the log that carry one of the session's numbers. */
export function gapsIn(bytes: Uint8Array, numbers: readonly string[]): Gap[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const gaps: Gap[] = [];
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + prefix.length)) {
    const from = at + prefix.length;
    const [mark = "", number = "", count] = rest.exec(text.toString("latin1", from, from + maxRest)) ?? [];
    if (numbers.includes(number)) gaps.push({ start: at, end: from + mark.length, bytes: Number(count) });
  }
  return gaps;
}

/** Counts the bytes of output that were never recorded in a log that is given in order, in pieces cut anywhere. */
export class Unrecorded {
  readonly #numbers: readonly string[];
  /** The last bytes that were given, in which a mark may have begun. */
  #tail = Buffer.alloc(0);
  bytes = 0;

  constructor(numbers: readonly string[]) {
    this.#numbers = numbers;
  }

  take(piece: Uint8Array): void {
    const { length } = this.#tail;
    const seam = Buffer.concat([this.#tail, piece.subarray(0, maxMark)]);
    const cut = gapsIn(seam, this.#numbers).filter(({ start, end }) => start < length && end > length);
    for (const { bytes } of [...cut, ...gapsIn(piece, this.#numbers)]) this.bytes += bytes;
    const end = piece.length < maxMark ? seam : piece;
    this.#tail = Buffer.from(end.subarray(-maxMark));
  }
}
