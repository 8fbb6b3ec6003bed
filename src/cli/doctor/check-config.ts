import { chmodSync, lstatSync } from "node:fs";

import { shellWord } from "../../base/shell-word.ts";
import { UserError } from "../../base/user-error.ts";
import type { Fault } from "../../config/fault.ts";
import { InvalidConfig } from "../../config/parse-config.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "config";
const shownFaults = 8;

/** config.yml and what it points to; a root that cannot be used is the folders' finding. */
export function checkConfig({ tree, uid, config }: Place): Finding[] {
  const facts = lstatSync(tree.configFile, { throwIfNoEntry: false });
  if (facts === undefined) {
    return [
      { name, verdict: "fail", fact: `there is no ${tree.configFile}`, fix: "mcp-ssh-interactive init" },
    ];
  }
  const mode = facts.mode & 0o7777;
  if (facts.isFile() && facts.uid === uid && mode !== 0o600 && mode !== 0o400) {
    const fact = `${tree.configFile} has mode ${mode.toString(8).padStart(3, "0")}, not 600`;
    const fix = `chmod 600 ${shellWord(tree.configFile)}`;
    return [{ name, verdict: "fail", fact, fix, mend: () => chmodSync(tree.configFile, 0o600) }];
  }
  if (config instanceof UserError) return unusable(config);
  const findings = [
    ...config.faults.slice(0, shownFaults).map((fault) => findingOf(fault, "fail")),
    ...config.warnings.slice(0, shownFaults).map((fault) => findingOf(fault, "warn")),
  ];
  const left = config.faults.length + config.warnings.length - findings.length;
  if (left > 0)
    findings.push({
      name,
      verdict: "warn",
      fact: `${left} more findings`,
      fix: "mcp-ssh-interactive validate",
    });
  if (findings.length > 0) return findings;
  const count = config.connections.size;
  return [
    {
      name,
      verdict: "ok",
      fact: `${tree.configFile} has ${count} ${count === 1 ? "connection" : "connections"}`,
    },
  ];
}

function unusable(error: UserError): Finding[] {
  if (error instanceof InvalidConfig)
    return error.faults.slice(0, shownFaults).map((fault) => findingOf(fault, "fail"));
  return [{ name, verdict: "fail", fact: error.message, fix: commandIn(error.hint) }];
}

function findingOf(fault: Fault, verdict: "warn" | "fail"): Finding {
  const { line, message, fix, connection, file, openFile } = fault;
  const place = `${file ?? "config.yml"} line ${line}`;
  const about = connection === undefined ? "" : ` (connection ${JSON.stringify(connection)})`;
  const mend = openFile === undefined ? {} : { mend: () => chmodSync(openFile, 0o600) };
  return { name, verdict, fact: `${place}: ${message}${about}`, fix: commandIn(fix), ...mend };
}

/** Where the advice is to run a command, that command. */
function commandIn(advice: string): string {
  return /^run `([^`]+)`$/.exec(advice)?.[1] ?? advice;
}
