import { codeLines } from "./code-lines.ts";
import loader from "./scripts/loader.sh" with { type: "text" };

/**
 * The one line that is typed, with a leading space and without Enter: the same for every shell and every time,
 * since some keep it in their history. A shell answers with the mark `loader-ready` and then waits, at most 5 s
 * from byte to byte, for the line of `renderPayload`.
 */
export function renderLoader(): string {
  const script = codeLines(loader).join("; ");
  // To fish alone \x41 is an A; there backquotes are letters, elsewhere `source` is not reached. The last
  // command is there for $_, which would hold the payload.
  return ` test A = \\x41 && sh -c '${script}' | source || eval \`sh -c '${script}'\`; :`;
}
