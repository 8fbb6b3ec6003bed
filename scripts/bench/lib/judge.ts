import { renderLines } from "../../../src/screen/line-renderer.ts";
import { boundOutput } from "../../../src/server/bound-output.ts";
import type { BenchCommand } from "./bench-commands.ts";
import { terminalSize, type BenchHost } from "./bench-host.ts";
import type { BenchSession } from "./bench-session.ts";

export type Verdict = {
  readonly codeRight: boolean;
  readonly outputEqual: boolean;
  readonly toldEarly: boolean;
  readonly ours: string;
  readonly plain: string;
};

const shownChars = 300;

/** Runs the command over plain ssh; the result runs it in a session and compares. */
export async function judge(
  host: BenchHost,
  command: BenchCommand,
  term: string,
): Promise<(session: BenchSession) => Promise<Verdict>> {
  const { raw, exitCode } = await (command.isJob
    ? host.referenceByLines(command.command, term)
    : host.reference(command.command, term));
  const output = comparable(rendered(raw));
  return async (session) => {
    const startedAtMs = performance.now();
    const { fields, text, isError } = await session.run(command.command);
    const tookMs = performance.now() - startedAtMs;
    const told = fields["ended_by"] === "command_ended" || fields["exit_code"] !== undefined;
    const code = fields["exit_code"];
    const ours = comparable(String(fields["output"] ?? ""));
    const verdict = {
      codeRight: command.isUnread ? !isError && (code === undefined || code !== 0) : code === exitCode,
      outputEqual: command.isUnread || (!isError && ours === output),
      toldEarly: !command.isUnread && told && (isPart(ours, output) || tookMs < command.leastMs),
      ours: `${isError ? text.slice(0, shownChars) : `${fields["ended_by"]} ${code}`} ${excerpt(ours)}`,
      plain: `${exitCode} ${excerpt(output)}`,
    };
    if (fields["state"] !== "idle") await session.recover();
    if (command.undo === undefined) return verdict;
    const undone = await session.run(command.undo);
    if (undone.fields["state"] !== "idle") await session.recover();
    return verdict;
  };
}

/** As a result shows it: rendered, cleaned and bounded by the same code. */
function rendered(raw: Buffer): string {
  const lines = renderLines(raw, { ...terminalSize, maxLines: Number.MAX_SAFE_INTEGER });
  const text = lines.join("\n") + (lines.at(-1) === "" ? "\n" : "");
  return boundOutput({ output: text }, { numLines: 10_000, maxChars: 40_000, keep: "both" }).output;
}

/**
 * Process ids and line numbers differ from run to run, so does how a shell names itself in its messages, and fish shows
 * the line at fault only where it came from -c.
 */
function comparable(text: string): string {
  return text
    .replaceAll(shellName, "SHELL:")
    .replaceAll(/^SHELL:(\w+):\d+:/gm, "$1:")
    .replaceAll(/^(SHELL: \w+:) line \d+:/gm, "$1")
    .replaceAll(/^(\[\d+\]\s+)\d+/gm, "$1PID")
    .replaceAll(/^(real|user|sys)\t\S+$/gm, "$1")
    .replace(/\n(?:SHELL: \n)?[^\n]*\n\^~*\^?$/, "");
}

const shellName =
  /^(?:\S*\/)?-?(?:bash|zsh|sh|dash|ash|ksh93|ksh|mksh|fish|tcsh)(?:\[\d+\])?:(?: (?:-c: )?line \d+:| ?\d+:)?/gm;

function isPart(ours: string, whole: string): boolean {
  return (
    ours !== whole && ours.length < whole.length && ours.trim() !== "" && whole.startsWith(ours.trimEnd())
  );
}

function excerpt(text: string): string {
  const json = JSON.stringify(text);
  return json.length <= shownChars
    ? json
    : `${json.slice(0, shownChars / 2)} … ${json.slice(-shownChars / 2)}`;
}
