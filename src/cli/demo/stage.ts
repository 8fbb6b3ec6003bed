import { createColors } from "picocolors";

import type { ToolAnswer } from "../../server/mcp-client.ts";
import { printable } from "../printable.ts";
import { renderTable } from "../render-table.ts";
import { wrapWords } from "../wrap-words.ts";
import type { Step } from "./steps.ts";

export type PlayedStep = {
  readonly number: number;
  readonly step: Step;
  readonly answer: ToolAnswer;
  readonly tookMs: number;
};

export type Stage = {
  readonly title: (title: string, lines: readonly string[]) => void;
  readonly played: (played: PlayedStep) => void;
  /** Lines are wrapped, but those that begin with a blank. */
  readonly closing: (lines: readonly string[]) => void;
};

const columns = 80;
const indent = "   ";
const maxShownLines = 14;

/** Prints what the demo does, call by call, in 80 columns. */
export function createStage(print: (text: string) => void, color: boolean): Stage {
  const paint = createColors(color);
  const say = (lines: readonly string[]) => print(`${lines.join("\n")}\n`);
  return {
    title: (title, lines) =>
      say(["", paint.bold(title), ...lines.flatMap((line) => wrapWords(line, columns))]),
    played: ({ number, step, answer, tookMs }) => {
      const output = shownLines(answer).map((line) => `${indent}${paint.dim("│")} ${line}`);
      say([
        "",
        paint.bold(`${number}. ${step.says}`),
        `${indent}${paint.cyan(step.tool)}${renderBriefArguments(step)}`,
        ...commandLines(step).map((line) => `${indent}  ${paint.cyan(line)}`),
        ...output,
        ...verdict(step, answer, tookMs).map((line, index) => {
          if (index > 0) return `${indent}  ${line}`;
          return `${indent}${answer.isError === (step.refused === true) ? paint.green("✓") : paint.red("✗")} ${line}`;
        }),
      ]);
    },
    closing: (lines) =>
      say(["", ...lines.flatMap((line) => (line.startsWith(" ") ? [line] : wrapWords(line, columns)))]),
  };
}

/** The command has lines of its own. */
function renderBriefArguments({ args }: Step): string {
  return Object.entries(args)
    .filter(([name]) => name !== "command")
    .map(([name, value]) => `  ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
}

function commandLines({ args }: Step): string[] {
  const { command } = args;
  if (typeof command !== "string") return [];
  return command.split("\n").map((line, index) => `${index === 0 ? "$" : ">"} ${line}`);
}

/** What the terminal, or the list, showed; the last lines where it is long. */
function shownLines({ fields }: ToolAnswer): string[] {
  const { output, configs } = fields;
  if (Array.isArray(configs)) return renderTable(configs, ["name", "host", "port", "user", "description"]);
  if (typeof output !== "string" || output === "") return [];
  const lines = output.replace(/^\n+/, "").split("\n").map(fitLine);
  if (lines.length <= maxShownLines) return lines;
  return ["…", ...lines.slice(-maxShownLines)];
}

function fitLine(line: string): string {
  const room = columns - indent.length - 2;
  const text = printable(line);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function verdict({ refused }: Step, { fields, text, isError }: ToolAnswer, tookMs: number): string[] {
  const took = ` (${Math.round(tookMs)} ms)`;
  const room = columns - indent.length - 2;
  const { message } = fields;
  if (!isError) return wrapWords(`${typeof message === "string" ? message : "done"}${took}`, room);
  const [first = "", hint = ""] = text.split("\n").map(printable);
  const words = refused === true ? `refused: ${first}${took}` : `${first}${took}`;
  return [...wrapWords(words, room), ...(refused === true ? [] : wrapWords(hint, room))];
}
