import { writeSync } from "node:fs";

const fullPipePauseMs = 5;

/** Returns when all is written, since what is still queued is lost at `process.exit`; a reader or terminal that has gone is no fault. */
export function print(descriptor: 1 | 2, text: string | Uint8Array): void {
  let rest: Uint8Array = typeof text === "string" ? Buffer.from(text) : text;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE" || code === "EIO") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(fullPipePauseMs);
    }
  }
}
