const lineFeed = 0x0a;
const probedFeeds = 8;
/** A native search pays where lines are longer than this. */
const longLineBytes = 160;
const blockBytes = 16_384;
const blockWords = 8;
/** As many words as a byte of a sum holds of each. */
const summedWords = 248;

/** The line feeds of `bytes` from `from` to before `to`, found one by one where lines are long, else counted in blocks. */
export function countLineFeeds(bytes: Uint8Array, from: number, to: number): number {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from));
  let count = 0;
  for (let at = 0; at < part.length;) {
    const start = at;
    for (let found = 0; found < probedFeeds; found++) {
      const feed = part.indexOf(lineFeed, at);
      if (feed < 0) return count;
      count++;
      at = feed + 1;
    }
    if (at - start >= probedFeeds * longLineBytes) continue;
    const end = Math.min(part.length, at + blockBytes);
    count += countInBlock(part, at, end);
    at = end;
  }
  return count;
}

/** Four bytes at a time, all that are not line feeds: eight words in a step take half the time of one. */
function countInBlock(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  for (; at < to && (bytes.byteOffset + at) % 4 !== 0; at++) if (bytes[at] === lineFeed) count++;
  if (at >= to) return count;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, Math.max(0, (to - at) >> 2));
  const whole = words.length - (words.length % blockWords);
  let others = 0;
  for (let index = 0; index < whole;) {
    let sums = 0;
    for (const end = Math.min(whole, index + summedWords); index < end; index += blockWords) {
      const first = othersIn(words[index]) + othersIn(words[index + 1]);
      const second = othersIn(words[index + 2]) + othersIn(words[index + 3]);
      const third = othersIn(words[index + 4]) + othersIn(words[index + 5]);
      const fourth = othersIn(words[index + 6]) + othersIn(words[index + 7]);
      sums = (sums + first + second + third + fourth) | 0;
    }
    others += (sums & 255) + ((sums >>> 8) & 255) + ((sums >>> 16) & 255) + ((sums >>> 24) & 255);
  }
  count += whole * 4 - others;
  for (at += whole * 4; at < to; at++) if (bytes[at] === lineFeed) count++;
  return count;
}

/** The lowest bit of each of the four bytes that is no line feed. */
function othersIn(word = 0): number {
  const zeroed = word ^ 0x0a0a0a0a;
  return ((((zeroed & 0x7f7f7f7f) + 0x7f7f7f7f) | zeroed) >>> 7) & 0x01010101;
}
