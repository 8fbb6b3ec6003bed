const lineFeed = 0x0a;

/** Four bytes at a time: where a byte is a line feed, the lowest bit of its place in `found` is set. */
export function countLineFeeds(bytes: Uint8Array, from: number, to: number): number {
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
