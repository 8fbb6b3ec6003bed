const lineFeed = 0x0a;
const probedFeeds = 32;
/** A native search pays where lines are longer than this. */
const longLineBytes = 24;
const blockBytes = 4_096;

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

/** Four bytes at a time: where a byte is a line feed, the lowest bit of its place in `found` is set. */
function countInBlock(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  let at = from;
  for (; at < to && (bytes.byteOffset + at) % 4 !== 0; at++) if (bytes[at] === lineFeed) count++;
  if (at >= to) return count;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, Math.max(0, (to - at) >> 2));
  for (let index = 0; index < words.length;) {
    let sums = 0;
    for (const end = Math.min(words.length, index + 255); index < end; index++) {
      const zeroed = (words[index] ?? 0) ^ 0x0a0a0a0a;
      const found = ~(((zeroed & 0x7f7f7f7f) + 0x7f7f7f7f) | zeroed | 0x7f7f7f7f);
      sums = (sums + ((found >>> 7) & 0x01010101)) | 0;
    }
    count += (sums & 255) + ((sums >>> 8) & 255) + ((sums >>> 16) & 255) + ((sums >>> 24) & 255);
  }
  for (at += words.length * 4; at < to; at++) if (bytes[at] === lineFeed) count++;
  return count;
}
