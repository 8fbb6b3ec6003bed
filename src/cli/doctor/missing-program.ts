import { statSync } from "node:fs";
import { delimiter, dirname, isAbsolute } from "node:path";

import { shellWord } from "../../base/shell-word.ts";
import { locateProgram } from "../../platform/programs.ts";
import type { Finding } from "./finding.ts";
import { systemFolders } from "./install-command.ts";
import type { Place } from "./place.ts";

/** A program that is not on the trusted part of PATH: whether it stands elsewhere, and why it is not taken from there. */
export function missingProgram(name: string, { ownEnv }: Place, install: string): Finding {
  const entries = (ownEnv["PATH"] ?? "").split(delimiter).filter((entry) => isAbsolute(entry));
  const passedOver = entries.find((entry) => Bun.which(name, { PATH: entry }) !== null);
  if (passedOver !== undefined) return { name, verdict: "fail", ...whyPassedOver(name, passedOver) };
  const elsewhere = locateProgram(name, systemFolders);
  if (elsewhere === undefined)
    return { name, verdict: "fail", fact: `${name} is not installed`, fix: install };
  const fact = `${name} is at ${elsewhere}, which is not on PATH`;
  return { name, verdict: "fail", fact, fix: `export PATH="$PATH:${dirname(elsewhere)}"` };
}

function whyPassedOver(name: string, folder: string): Pick<Finding, "fact" | "fix"> {
  if ((statSync(folder).mode & 0o022) !== 0) {
    const fact = `${name} in ${folder} is not used, since others may write to that folder`;
    return { fact, fix: `chmod go-w ${shellWord(folder)}` };
  }
  const fact = `${name} in ${folder} is not used, since it lies inside the folder that this was started in, or under node_modules`;
  return { fact, fix: `cd / and try again, or put ${name} into another folder of PATH` };
}
