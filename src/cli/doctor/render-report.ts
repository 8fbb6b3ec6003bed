import { createColors } from "picocolors";

import type { Check } from "../../base/check.ts";
import { jsonText } from "../json-text.ts";
import { printable } from "../printable.ts";

/** `about` is the connection, or undefined for this machine. */
export type Section = { readonly about: string | undefined; readonly checks: readonly Check[] };

export function renderTitle(about: string | undefined, color: boolean): string {
  const title = about === undefined ? "This machine" : `Connection ${about}`;
  return `${createColors(color).bold(printable(title))}\n`;
}

/** One line for each check, and below it the way to mend it. */
export function renderCheck({ name, host, verdict, fact, fix }: Check, color: boolean): string {
  const paint = createColors(color);
  const words = { ok: paint.green("ok  "), warn: paint.yellow("warn"), fail: paint.red("fail") };
  const about = host === undefined ? "" : `jump host ${host}: `;
  const line = `  ${words[verdict]}  ${name.padEnd(14)}  ${printable(`${about}${fact}`)}\n`;
  return fix === undefined ? line : `${line}        ${paint.bold("fix")}: ${printable(fix)}\n`;
}

export function renderSummary(checks: readonly Check[], mendable: number): string {
  const count = (verdict: Check["verdict"]) => checks.filter((check) => check.verdict === verdict).length;
  const warnings = count("warn");
  const faults = count("fail");
  const first = `${count("ok")} ok, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${faults} ${faults === 1 ? "fault" : "faults"}\n`;
  return mendable === 0 ? first : `${first}mcp-ssh-interactive doctor --fix mends ${mendable} of them\n`;
}

export function renderJson(sections: readonly Section[], mended: readonly string[]): string {
  const checks = sections.flatMap(({ about, checks }) =>
    checks.map(({ name, host, verdict, fact, fix }) => ({
      connection: about,
      name,
      host,
      verdict,
      fact,
      fix,
    })),
  );
  const healthy = checks.every(({ verdict }) => verdict !== "fail");
  return jsonText({ healthy, mended, checks });
}
