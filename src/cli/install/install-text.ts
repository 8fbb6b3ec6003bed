import { createColors } from "picocolors";

import { shellWord } from "../../base/shell-word.ts";
import { printable } from "../printable.ts";
import type { Client } from "./client.ts";
import { difference } from "./diff.ts";
import { editEntry, formats } from "./formats.ts";
import type { Change, Plan } from "./plan.ts";
import { wantedEntry } from "./registration.ts";
import { renderEntry, serverName } from "./server-entry.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is planned for one client: a line, or the lines that would change. */
export function renderPlan(plan: Plan, color: boolean): string {
  const paint = createColors(color);
  const { title } = plan.client;
  switch (plan.kind) {
    case "unchanged":
      return `${paint.bold(title)} ${plan.note} (${printable(plan.path)})\n`;
    case "refused":
      return `${paint.bold(title)}: ${paint.red(printable(plan.message))}\n  ${printable(plan.hint)}\n`;
    case "change":
      return `${paint.bold(title)}: ${renderChange(plan, color)}`;
  }
}

/** What to put where by hand, and the client's own command for it. */
export function renderSnippet(client: Client, path: string, surroundings: Surroundings): string {
  const entry = wantedEntry(client, surroundings);
  const fields = renderEntry(entry, client.shape);
  const text = editEntry(formats[client.format], "", [client.servers, serverName], fields);
  const command =
    client.own === undefined ? "" : `  or: ${commandLine([client.own.name, ...client.own.add(entry)])}\n`;
  return `${client.title}: ${printable(path)}\n${command}\n${text}`;
}

export function commandLine(argv: readonly string[]): string {
  return printable(argv.map(shellWord).join(" "));
}

function renderChange({ file, after, argv }: Change, color: boolean): string {
  const paint = createColors(color);
  const isNew = file.mode === undefined ? " (new)" : "";
  if (argv !== undefined) return `${printable(file.path)}${isNew}, by\n  ${commandLine(argv)}\n`;
  const { line, removed, added } = difference(file.text, after);
  const shown = (sign: string, lines: readonly string[]) =>
    lines.map((text) => `  ${sign} ${printable(text.replaceAll("\t", "  "))}\n`).join("");
  return [
    `${printable(file.path)}${isNew}, line ${line}\n`,
    paint.red(shown("-", removed)),
    paint.green(shown("+", added)),
  ].join("");
}
