import { homeTree } from "../../platform/home-tree.ts";
import { AuditTrail } from "../../policy/audit-trail.ts";
import { verifyAudit } from "../../policy/verify-audit.ts";
import { exitCodes, type Invocation } from "../command.ts";
import { jsonText } from "../json-text.ts";

/** Follows the chain of audit.jsonl. */
export async function verify({ root, flags, stdout }: Invocation): Promise<number> {
  const { auditFile, locks } = homeTree(root, process.getuid?.() ?? 0);
  const { head, faults, torn, from } = await verifyAudit(
    auditFile,
    new AuditTrail(auditFile, locks).notedHead(),
  );
  if (flags.has("--json")) stdout(jsonText({ ...head, from, faults, torn }));
  else {
    const places = faults.map(
      ({ file, line, what }) => `  ${file}${line === 0 ? "" : `, line ${line}`}: ${what}\n`,
    );
    const cut = torn.map(
      ({ file, line }) => `  ${file}, line ${line}: only a part of it was written, as at a crash\n`,
    );
    const found = faults.length === 0 ? "the chain is whole" : "the chain is broken:";
    stdout(
      `Records ${from} to ${head.count}, ${found}\n${places.join("")}${cut.join("")}Newest: ${head.hash}\n${compare}`,
    );
  }
  return faults.length === 0 ? exitCodes.done : exitCodes.failed;
}

const compare =
  "Whoever may write the files can make the whole chain anew: compare the newest with what the machine's own log has of it (tag mcp-ssh-interactive).\n";
