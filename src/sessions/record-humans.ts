import { UserError } from "../base/user-error.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { humanBy } from "../policy/human-presence.ts";
import type { HumanCommandAt } from "./human-commands.ts";
import type { SessionContext } from "./look.ts";

/** Notes what people ran in the ledger and the audit, once over all processes that see it. */
export async function recordHumans(
  session: SessionContext,
  commands: readonly HumanCommandAt[],
): Promise<void> {
  const { gatehouse, record, humansRecorded } = session;
  const about = {
    session: record.session_name,
    connection: record.connection_config,
    by: humanBy("attached"),
  };
  for (const command of commands) {
    const { exitCode: exit, outputStart: from, outputEnd: to } = command;
    if (humansRecorded.has(to)) continue;
    humansRecorded.add(to);
    if (!noteInLedger(session, command)) continue;
    // It has happened; a record that cannot be written keeps no agent from hearing of it.
    await recordAct(gatehouse, { act: "human", ...about, command: command.command, exit, from, to }).catch(
      () => undefined,
    );
  }
}

/** False when another process has done it. Where it cannot be written, it may stand in the audit twice. */
function noteInLedger(
  { ledger }: SessionContext,
  { command, exitCode: exit, outputStart: start, outputEnd: end }: HumanCommandAt,
): boolean {
  const at = new Date().toISOString();
  const place = { ...(start === undefined ? {} : { start }), end };
  try {
    return ledger.noteHuman({ step: "human", at, pid: process.pid, command, exit, ...place });
  } catch (error) {
    if (error instanceof UserError && error.code === "STORAGE_FAILED") return true;
    throw error;
  }
}
