/** How many bytes of output the recorder could not write, by the marks in this part of the log that carry the session's number. */
export function unrecordedIn(bytes: Uint8Array, number: string): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const mark = `\x1b]7711;gap;${number};`;
  let sum = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const digits = text.toString("latin1", at + mark.length, at + mark.length + maxDigits);
    sum += Number(/^\d+/.exec(digits)?.[0] ?? 0);
  }
  return sum;
}

const maxDigits = 16;
