import { renderLines } from "../screen/line-renderer.ts";
import type { SessionContext } from "./look.ts";
import type { EndedCommand } from "./mark-track.ts";
import { matchPrompt, withoutRightPrompt } from "./prompt.ts";
import { outputStart } from "./read-output.ts";

const maxLineBytes = 65_536;
const maxLines = 1_000;
const anyPrompt = /^.*?[$#%>❯➜»λ] /u;

/** A line as it was sent; `known`: the prompt that it stands behind is one that was learned. */
export type TypedLine = { readonly text: string; readonly known: boolean };

/** What stood on the line, whoever typed it, when it was sent; undefined where the log does not hold it any more. */
export function typedLine(
  session: SessionContext,
  { promptAt, outputStart: began }: Pick<EndedCommand, "promptAt" | "outputStart">,
): TypedLine | undefined {
  if (promptAt === undefined) return undefined;
  const { cols, rows } = session.record;
  const end = began ?? outputStart(session, promptAt);
  const { start, bytes } = session.log.read(promptAt, Math.min(end, promptAt + maxLineBytes));
  if (start > promptAt) return undefined;
  const lines = renderLines(bytes, { cols, rows, maxLines }).map((line) =>
    line.length < cols - 1 ? line : withoutRightPrompt(line),
  );
  return behindPrompt(session, lines);
}

function behindPrompt({ terminal, record }: SessionContext, lines: readonly string[]): TypedLine {
  const prompts = terminal.levels.known(record.prompt);
  for (const [index, line] of lines.entries()) {
    for (const prompt of prompts) {
      const match = matchPrompt(prompt, line);
      if (match !== undefined) return { text: joined(match.typed, lines.slice(index + 1)), known: true };
    }
  }
  const first = lines.findIndex((line) => anyPrompt.test(line));
  const text = first < 0 ? lines.join("\n") : joined(lines[first] ?? "", lines.slice(first + 1));
  return { text: text.replace(anyPrompt, "").trim(), known: false };
}

function joined(first: string, rest: readonly string[]): string {
  return [first, ...rest].join("\n").trim();
}
