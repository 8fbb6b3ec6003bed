import { fstatSync, readSync } from "node:fs";

const lineFeed = 0x0a;
/** The newest lines stand in the first; further back larger and larger steps are taken. */
const firstStepBytes = 4_096;
const largestStepBytes = 1_048_576;

/** The lines of a file's last `mostBytes`, the newest first; one that begins before them is left out. */
export function* newestLines(descriptor: number, mostBytes: number): Generator<string> {
  let at = fstatSync(descriptor).size;
  const least = Math.max(0, at - mostBytes);
  let begun = Buffer.alloc(0);
  for (let step = firstStepBytes; at > least; step = Math.min(step * 4, largestStepBytes)) {
    const piece = Buffer.alloc(Math.min(step, at - least));
    at -= piece.length;
    readSync(descriptor, piece, 0, piece.length, at);
    const bytes = Buffer.concat([piece, begun]);
    const from = at === 0 ? 0 : bytes.indexOf(lineFeed) + 1;
    begun = bytes.subarray(0, from);
    yield* bytes.toString("utf8", from).split("\n").reverse();
  }
}
