import { recordAct } from "../policy/gatehouse.ts";
import type { HumanCommandAt } from "./human-commands.ts";
import type { SessionContext } from "./look.ts";

/** Notes what people ran in the audit, once in this process: another one that sees it notes it as well. */
export function recordHumans(
  { gatehouse, record, humansRecorded }: SessionContext,
  commands: readonly HumanCommandAt[],
): void {
  const { session_name: session, connection_config: connection } = record;
  for (const { command, exitCode: exit, outputEnd: end } of commands) {
    if (humansRecorded.has(end)) continue;
    humansRecorded.add(end);
    // It has happened; a record that cannot be written keeps no agent from hearing of it.
    void recordAct(gatehouse, { act: "human", session, connection, command, exit, to: end }).catch(
      () => undefined,
    );
  }
}
