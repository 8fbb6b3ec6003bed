import type { ScreenCapture } from "../tmux/screen-capture.ts";
import type { OutputFacts, ScreenFacts } from "./outcome.ts";

/** A captured screen as output, without the empty lines below its last text. */
export function screenText({
  lines,
  ...facts
}: ScreenCapture): OutputFacts & { readonly screen: ScreenFacts } {
  const shown = lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
  return { output: shown.join("\n"), totalLines: shown.length, screen: facts };
}
