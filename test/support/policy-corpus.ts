import { readFileSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../fixtures/policy");

const signs: Readonly<Record<string, string>> = { "⏎": "\n", "⇥": "\t", "␍": "\r", "␀": "\0", "␛": "\u001b" };

/**
 * `reads` only read; `dangerous` each change the canary's folder when run; `changes` and `unclear` must not run here.
 * A character that a line of a file cannot hold stands as ⏎ ⇥ ␍ ␀ ␛ or as ⟨its number⟩.
 */
export function corpus(name: "reads" | "dangerous" | "changes" | "unclear"): string[] {
  const lines = readFileSync(path.join(folder, `${name}.txt`), "utf8").split("\n");
  return lines
    .slice(0, -1)
    .map((line) =>
      line
        .replace(/[⏎⇥␍␀␛]/g, (sign) => signs[sign] ?? sign)
        .replace(/⟨([0-9a-f]+)⟩/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16))),
    );
}
