import { basename } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { runProcess } from "../../platform/run-process.ts";
import { backUp, changeClientFile, readClientFile, replaceText, type ClientFile } from "./client-file.ts";
import { formats, hasSameOthers } from "./formats.ts";
import { editOf, type Change } from "./plan.ts";
import { readable } from "./registration.ts";
import { serverName } from "./server-entry.ts";
import type { Surroundings } from "./surroundings.ts";

const ownProgramTimeoutMs = 60_000;

/** `backup` is where the file as it was is kept; a file that is new has none. */
export type Done = { readonly backup: string | undefined };

/** Throws STORAGE_FAILED; what was changed then is in the message. */
export async function carryOut(change: Change, surroundings: Surroundings): Promise<Done> {
  const now = new Date();
  try {
    if (change.argv === undefined) return { backup: changeClientFile(change.file, change.after, now) };
    const backup = change.file.mode === undefined ? undefined : backUp(change.file, now);
    await runOwnProgram(change, change.argv, surroundings);
    const file = readClientFile(change.file.path);
    const after = finishedText(change, file, surroundings);
    if (after !== file.text) replaceText(file, after);
    return { backup };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new UserError("STORAGE_FAILED", `${change.file.path} cannot be changed: ${words}`, byHand(change), {
      cause: error,
    });
  }
}

/**
 * What the own program cannot say, or has put elsewhere, is edited in; where it changed nothing but our entry, the
 * text is the planned one, since some lose the comments of others (Codex 2026-11-22: those of all servers).
 */
function finishedText(change: Change, file: ClientFile, surroundings: Surroundings): string {
  const { client, goal } = change;
  const isOursAlone = readable(client, file, () =>
    hasSameOthers(formats[client.format], change.file.text, file.text, [client.servers, serverName]),
  );
  return isOursAlone ? change.after : editOf(goal, client, file, surroundings).after;
}

/** Its refusal is not passed over by an edit: a policy of the client may be behind it. */
async function runOwnProgram(
  change: Change,
  argv: readonly string[],
  { childEnv, env }: Surroundings,
): Promise<void> {
  const named = (change.client.own?.variables ?? []).flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const result = await runProcess(argv, {
    env: { ...childEnv, ...Object.fromEntries(named) },
    timeoutMs: ownProgramTimeoutMs,
    maxOutputBytes: 1_000_000,
  });
  if (result.exitCode === 0) return;
  const program = basename(argv[0] ?? "");
  const why = result.timedOut
    ? `did not end within ${ownProgramTimeoutMs / 1000} s`
    : `failed: ${lastLine(result.stderr) ?? lastLine(result.stdout) ?? `exit code ${result.exitCode}`}`;
  throw new UserError(
    "STORAGE_FAILED",
    `${program} ${change.goal === "install" ? "add" : "remove"} ${why}`,
    byHand(change),
  );
}

function byHand({ client }: Change): string {
  return `What to write by hand, and where: mcp-ssh-interactive install --print ${client.name}`;
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1)?.trim() || undefined;
}
