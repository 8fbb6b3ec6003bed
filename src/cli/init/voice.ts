import { wrapWords } from "../wrap-words.ts";

/** How the program speaks while it sets up: drawn beside the questions on a terminal, as plain lines elsewhere. */
export type Voice = {
  readonly title: (text: string) => void;
  readonly say: (lines: readonly string[]) => void;
  readonly good: (text: string) => void;
  readonly bad: (text: string, hint: string) => void;
  readonly end: (text: string) => void;
};

const maxColumns = 100;

export function createPlainVoice(stdout: (text: string) => void, stderr: (text: string) => void): Voice {
  const line = (text: string) => stdout(`${text}\n`);
  return {
    title: line,
    say: (lines) => lines.forEach(line),
    good: (text) => line(`ok: ${text}`),
    bad: (text, hint) => stderr(`mcp-ssh-interactive: ${text}\n  ${hint}\n`),
    end: line,
  };
}

/** Words are broken for `columns`; lines that begin with blanks stay whole. */
export function fitLines(lines: readonly string[], columns: number): string {
  const room = Math.max(20, Math.min(columns, maxColumns) - 4);
  return lines.flatMap((line) => (line.startsWith(" ") ? [line] : wrapWords(line, room))).join("\n");
}
