import { createColors } from "picocolors";

import { UserError } from "../base/user-error.ts";
import type { Fault } from "../config/fault.ts";
import { inspectConfig } from "../config/inspect-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { InvalidConfig } from "../config/parse-config.ts";
import { redactionFault } from "../policy/mask.ts";
import { jsonText } from "./json-text.ts";
import { printable } from "./printable.ts";

/** `root` is the tree of ours, `home` the user's home folder. */
export type ValidateOptions = {
  readonly path: string;
  readonly root: string;
  readonly home: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
};

/** The exit code: 0 without faults, 1 with some, 3 when nothing of the file can be used. */
export function runValidate(options: ValidateOptions): 0 | 1 | 3 {
  const { path, root, home } = options;
  let config: LoadedConfig;
  try {
    config = inspectConfig({ path, root, home }, redactionFault);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return reportUnusable(error, options);
  }
  if (options.json) options.stdout(jsonText(jsonOf(config, path)));
  else options.stdout(renderReport(config, path, options.color));
  return config.faults.length === 0 ? 0 : 1;
}

function reportUnusable(error: UserError, { path, json, color, stdout, stderr }: ValidateOptions): 3 {
  const faults = error instanceof InvalidConfig ? error.faults : [];
  if (json) {
    const { code, message, hint } = error;
    stdout(
      jsonText({
        file: path,
        valid: false,
        error: { code, message, hint },
        faults,
        warnings: [],
        connections: [],
      }),
    );
    return 3;
  }
  const paint = createColors(color);
  if (faults.length === 0)
    stderr(
      `${paint.red("error")}: ${printable(error.message)}\n  ${paint.green("fix")}: ${printable(error.hint)}\n`,
    );
  else
    stderr(
      `${paint.bold(printable(path))} cannot be used\n\n${faults.map((fault) => renderFinding(fault, "error", color)).join("\n")}`,
    );
  return 3;
}

function jsonOf({ faults, warnings, connections }: LoadedConfig, path: string) {
  const listed = [...connections].map(([name, entry]) =>
    "problem" in entry ? { name, opens: false, problem: entry.problem } : { name, opens: true },
  );
  return { file: path, valid: faults.length === 0, faults, warnings, connections: listed };
}

function renderReport({ faults, warnings, connections }: LoadedConfig, path: string, color: boolean): string {
  const paint = createColors(color);
  const findings = [
    ...faults.map((fault) => renderFinding(fault, "error", color)),
    ...warnings.map((fault) => renderFinding(fault, "warning", color)),
  ];
  const opening = [...connections.values()].filter((entry) => "config" in entry).length;
  const counts = [
    count(faults.length, "fault"),
    count(warnings.length, "warning"),
    `${opening} of ${count(connections.size, "connection")} can be opened`,
  ];
  const verdict = faults.length === 0 ? paint.green("valid") : paint.red("faulty");
  return [`${paint.bold(printable(path))}: ${verdict}\n`, ...findings, `${counts.join(", ")}\n`].join("\n");
}

function renderFinding(fault: Fault, kind: "error" | "warning", color: boolean): string {
  const paint = createColors(color);
  const place = `${fault.file === undefined ? "" : `${fault.file}:`}${fault.line}:${fault.column}`;
  const word = kind === "error" ? paint.red("error") : paint.yellow("warning");
  const connection =
    fault.connection === undefined ? "" : ` (connection ${JSON.stringify(fault.connection)})`;
  const rows = [
    `${paint.cyan(printable(place))} ${word}: ${printable(fault.message)}${printable(connection)}`,
  ];
  if (fault.excerpt.trim() !== "") {
    rows.push(`  ${paint.dim("|")} ${printable(fault.excerpt)}`);
    if (fault.column <= fault.excerpt.length)
      rows.push(`  ${paint.dim("|")} ${" ".repeat(fault.column - 1)}${paint.red("^")}`);
  }
  rows.push(`  expected: ${printable(fault.expected)}`, `  ${paint.green("fix")}: ${printable(fault.fix)}`);
  return `${rows.join("\n")}\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
