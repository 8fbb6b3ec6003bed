import { humanBy } from "../policy/human-presence.ts";
import { pruneLogs, type Dropped } from "../sessions/prune-logs.ts";
import { exitCodes, type RunCommand } from "./command.ts";
import { jsonText } from "./json-text.ts";
import { retentionOf } from "./retain-daily.ts";
import { withSessions } from "./with-sessions.ts";

const mebibyte = 1_048_576;

/** Drops logs that are older or larger than the settings want. */
export const prune: RunCommand = (invocation) =>
  withSessions(invocation, async ({ sessions, config, tree, state, gatehouse }) => {
    const loaded = config.current();
    // Finds again what a lost state file no longer names.
    await sessions.list();
    const dryRun = invocation.flags.has("--dry-run");
    const by = humanBy("at a command line");
    const dropped = await pruneLogs({ tree, state, gatehouse }, retentionOf(loaded), { dryRun, by });
    const words = dryRun ? "Would free" : "Freed";
    invocation.stdout(
      invocation.flags.has("--json")
        ? renderJson(dropped, dryRun)
        : renderText(dropped, words, loaded.settings.logRetentionDays),
    );
    return exitCodes.done;
  });

function renderText(dropped: readonly Dropped[], words: string, days: number): string {
  if (dropped.length === 0)
    return `Nothing to free: no closed session's log is older than ${days} days or too large.\n`;
  const lines = dropped.map(
    ({ sessionName, bytes, whole }) =>
      `  ${sessionName}: ${renderBytes(bytes)}, ${whole ? "log and record of commands" : "the oldest part of its log"}`,
  );
  return [`${words} ${renderBytes(total(dropped))}:`, ...lines, ""].join("\n");
}

function renderJson(dropped: readonly Dropped[], dryRun: boolean): string {
  const sessions = dropped.map(({ sessionName, ...facts }) => ({ session_name: sessionName, ...facts }));
  return jsonText({ dry_run: dryRun, bytes: total(dropped), sessions });
}

function total(dropped: readonly Dropped[]): number {
  return dropped.reduce((sum, { bytes }) => sum + bytes, 0);
}

function renderBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < mebibyte ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / mebibyte).toFixed(1)} MiB`;
}
