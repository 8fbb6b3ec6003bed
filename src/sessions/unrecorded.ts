const prefix = "\x1b]7711;gap;";
const rest = /^([0-9a-f]{32});(\d{1,16})/;
const maxRest = 49;

/** How many bytes of output the recorder could not write, by the marks in this part of the log that carry one of the session's numbers. */
export function unrecordedIn(bytes: Uint8Array, numbers: readonly string[]): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = 0;
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + prefix.length)) {
    const from = at + prefix.length;
    const [, number = "", count] = rest.exec(text.toString("latin1", from, from + maxRest)) ?? [];
    if (numbers.includes(number)) sum += Number(count);
  }
  return sum;
}
