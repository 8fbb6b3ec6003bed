import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Check } from "../../base/check.ts";
import { UserError } from "../../base/user-error.ts";
import type { HomeTree } from "../../platform/home-tree.ts";
import type { OpenOutcome } from "../../sessions/outcome.ts";
import type { Sessions } from "../../sessions/sessions.ts";
import { hintForHuman } from "../hint-for-human.ts";

const timeoutSeconds = 15;

/** What the checks need of a session that they open. */
export type Desk = { readonly sessions: Sessions; readonly tree: HomeTree; readonly signal: AbortSignal };

/**
 * Opens one connection as an agent would, in a session that is closed at once and leaves no log, and tells how it went step by
 * step; a step that failed is the last one. Types no more than the set-up of marks, and nothing under `shell_integration: never`.
 */
export async function checkConnection(
  desk: Desk,
  connectionConfigName: string,
  integration: string,
): Promise<readonly Check[]> {
  const sessionName = `doctor-${randomBytes(6).toString("hex")}`;
  const call = { client: "doctor", signal: desk.signal };
  try {
    const request = {
      connectionConfigName,
      sessionName,
      timeoutSeconds,
      once: true as const,
      cols: 80,
      rows: 24,
    };
    const outcome = await desk.sessions.open(request, call);
    return [...outcome.checks, ...shellChecks(outcome, integration)];
  } catch (error) {
    if (desk.signal.aborted) return [];
    if (!(error instanceof UserError)) throw error;
    return checksOf(error);
  } finally {
    await desk.sessions.close(
      { sessionName, force: true },
      { ...call, signal: new AbortController().signal },
    );
    removeTraces(desk.tree, sessionName);
  }
}

function shellChecks({ state, shell, confidence }: OpenOutcome, integration: string): Check[] {
  if (state === "awaiting_input") return [];
  if (shell !== undefined && confidence === "exact") {
    const fact = "its marks tell where commands begin and end, with their exit codes";
    return [
      { name: "shell", verdict: "ok", fact: `the login shell is ${shell}` },
      { name: "integration", verdict: "ok", fact },
    ];
  }
  const seen: Check =
    state === "idle"
      ? { name: "shell", verdict: "ok", fact: "a prompt waits" }
      : {
          name: "shell",
          verdict: "warn",
          fact: "no prompt was recognised; commands there end in state unknown",
          fix: "look at it: get_terminal_output with view screen, or ssh there yourself",
        };
  if (integration === "never")
    return [
      seen,
      { name: "integration", verdict: "ok", fact: "off by shell_integration: never; nothing was typed" },
    ];
  const fact = "the shell took no marks; the end of a command is told by its prompt alone, without exit code";
  const fix = "where it is a real shell: set `shell_integration: always` for this connection";
  return [seen, { name: "integration", verdict: "warn", fact, fix }];
}

/** What came before ssh was asked for has no steps. */
function checksOf(error: UserError): readonly Check[] {
  const checks: unknown = error.details?.["checks"];
  if (isChecks(checks)) return checks;
  return [{ name: "connection", verdict: "fail", fact: error.message, fix: hintForHuman(error) }];
}

function isChecks(value: unknown): value is readonly Check[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => typeof each === "object" && each !== null && "verdict" in each)
  );
}

function removeTraces({ logs, locks }: HomeTree, sessionName: string): void {
  for (const folder of [logs, locks])
    for (const name of readdirSync(folder))
      if (name.startsWith(`${sessionName}.`)) rmSync(join(folder, name), { force: true });
}
