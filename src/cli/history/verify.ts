import { homeTree } from "../../platform/home-tree.ts";
import { AuditTrail } from "../../policy/audit-trail.ts";
import { readToldHeads, syslogFiles, type ToldHeads } from "../../policy/told-heads.ts";
import { verifyAudit, type AuditReport } from "../../policy/verify-audit.ts";
import { exitCodes, type Invocation } from "../command.ts";
import { findOptional } from "../find-programs.ts";
import { jsonText } from "../json-text.ts";

/** Follows the chain of audit.jsonl, and compares it with what the machine's own log was told of it. */
export async function verify(invocation: Invocation): Promise<number> {
  const { root, flags, stdout } = invocation;
  const { auditFile, locks } = homeTree(root, process.getuid?.() ?? 0);
  const journalctl = findOptional("journalctl", invocation);
  const told = await readToldHeads(root, { journalctl, files: syslogFiles });
  const noted = new AuditTrail(auditFile, locks).notedHead();
  const report = await verifyAudit(auditFile, noted, told.heads);
  stdout(flags.has("--json") ? renderJson(report, told) : renderText(report, told));
  return report.faults.length === 0 ? exitCodes.done : exitCodes.failed;
}

function renderJson({ head, from, faults, torn, confirmed }: AuditReport, told: ToldHeads): string {
  const system_log = { read_from: told.readFrom, newest: newestOf(told)?.count, confirmed };
  return jsonText({ ...head, from, faults, torn, system_log });
}

function renderText(report: AuditReport, told: ToldHeads): string {
  const { head, from, faults, torn } = report;
  const places = faults.map(
    ({ file, line, what }) => `  ${file}${line === 0 ? "" : `, line ${line}`}: ${what}\n`,
  );
  const cut = torn.map(
    ({ file, line }) => `  ${file}, line ${line}: only a part of it was written, as at a crash\n`,
  );
  const found = faults.length === 0 ? "the chain is whole" : "the chain is broken:";
  const lines = [...places, ...cut, `Newest: ${head.hash}\n`, `${renderTold(report, told)}\n`];
  return `Records ${from} to ${head.count}, ${found}\n${lines.join("")}`;
}

/** What the machine's own log adds to it. Without it, whoever may write the files can make the whole chain anew. */
function renderTold({ confirmed, from }: AuditReport, told: ToldHeads): string {
  const newest = newestOf(told);
  const looked = told.readFrom.length === 0 ? "none" : told.readFrom.join(", ");
  if (newest === undefined)
    return `No log of the machine's own that this user may read (${looked}) has anything of it: ${unseen}`;
  if (newest.count < from)
    return `The machine's own log has only records before ${from}, which are dropped here: ${unseen}`;
  const of = `The machine's own log has record ${newest.count} as its newest`;
  return confirmed === 0
    ? `${of}, and none as it is here.`
    : `${of}; ${confirmed} of those that it has are the same here. What came after record ${newest.count} it does not know.`;
}

const unseen = "a chain that was made anew as a whole would not be seen.";

function newestOf({ heads }: ToldHeads): ToldHeads["heads"][number] | undefined {
  return heads.reduce<ToldHeads["heads"][number] | undefined>(
    (newest, head) => (newest === undefined || head.count > newest.count ? head : newest),
    undefined,
  );
}
