import { createColors } from "picocolors";
import type { ToolAnswer } from "../../server/mcp-client.ts";

export type PlayedCall = {
  readonly says: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly answer: ToolAnswer;
  readonly tookMs: number;
};

export type Stage = {
  readonly title: (text: string) => void;
  readonly call: (played: PlayedCall) => void;
  readonly closing: (lines: readonly string[]) => void;
};

const maxShownLines = 24;

/** Prints what the demo does, call by call. */
export function createStage(print: (text: string) => void, color: boolean): Stage {
  const paint = createColors(color);
  return {
    title: (text) => print(`\n${paint.bold(text)}\n`),
    call: ({ says, tool, args, answer, tookMs }) => {
      const verdict = answer.isError ? paint.yellow("refused") : paint.green("✓");
      const lines = answerLines(answer).slice(-maxShownLines);
      print(`\n${paint.dim(says)}\n`);
      print(`${paint.cyan(paint.bold(tool))} ${renderArguments(args)}\n`);
      for (const line of lines) print(`${paint.dim("  │")} ${line}\n`);
      print(`  ${verdict} ${answerMessage(answer)} ${paint.dim(`(${Math.round(tookMs)} ms)`)}\n`);
    },
    closing: (lines) => print(`\n${lines.join("\n")}\n`),
  };
}

function renderArguments(args: Readonly<Record<string, unknown>>): string {
  return Object.entries(args)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ");
}

/** What the terminal, or the list, showed. */
function answerLines({ fields }: ToolAnswer): string[] {
  const output = fields["output"];
  if (typeof output === "string" && output !== "") return output.split("\n");
  const configs = fields["configs"];
  if (!Array.isArray(configs)) return [];
  return configs.map((config: unknown) => JSON.stringify(config));
}

function answerMessage({ fields, text }: ToolAnswer): string {
  const { message } = fields;
  return typeof message === "string" ? message : (text.split("\n")[0] ?? "");
}
