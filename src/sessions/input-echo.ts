import type { Input } from "./input-keys.ts";
import type { SessionContext } from "./look.ts";

const sequences = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\r\x07]/g;
const maxEchoBytes = 131_072;

/** Where in the log ends what a terminal or line editor shows again of the lines that were typed at `offset`. */
export function echoEnd({ log, terminal }: SessionContext, offset: number, input: Input): number {
  const { start, bytes } = log.read(offset, Math.min(terminal.offset, offset + maxEchoBytes));
  let at = 0;
  for (const line of typedLines(input)) {
    const lineFeed = bytes.indexOf(0x0a, at);
    const shown = Buffer.from(bytes.subarray(at, lineFeed < 0 ? undefined : lineFeed)).toString("utf8");
    const text = shown.replace(sequences, "");
    if (!text.includes(line) && (lineFeed >= 0 || !line.startsWith(text))) break;
    at = lineFeed < 0 ? bytes.length : lineFeed + 1;
  }
  return start + at;
}

function typedLines({ steps }: Input): string[] {
  const text = steps.map((step) => (step.kind === "text" ? step.text : step.key === "Enter" ? "\n" : ""));
  return text
    .join("")
    .split("\n")
    .filter((line) => line.trim() !== "");
}
