import { existsSync } from "node:fs";
import { join } from "node:path";
import { isatty } from "node:tty";

import { UserError } from "../../base/user-error.ts";
import { ControllingTerminal } from "../../platform/controlling-terminal.ts";
import { exitCodes, type Invocation, type RunCommand } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { printable } from "../printable.ts";
import { carryOut, type Done } from "./carry-out.ts";
import type { Client } from "./client.ts";
import { clients } from "./clients.ts";
import { difference } from "./diff.ts";
import { findClient } from "./find-client.ts";
import { renderPlan, renderSnippet } from "./install-text.ts";
import { requireLasting } from "./own-place.ts";
import { planFor, type Change, type Goal, type Plan } from "./plan.ts";
import { inspectClient, inspectClients } from "./registration.ts";
import { lookAround, type Surroundings } from "./surroundings.ts";

/** Registers this server with MCP clients: those named, or those found. */
export const install: RunCommand = (invocation) => run("install", invocation);

/** Takes this server out of the clients named, or out of all. */
export const uninstall: RunCommand = (invocation) => run("uninstall", invocation);

async function run(goal: Goal, invocation: Invocation): Promise<number> {
  const { words, flags, stdout } = invocation;
  const named = words.map(findClient);
  const surroundings = lookAround(invocation);
  if (flags.has("--print")) {
    const shown = named.length > 0 ? named : clients;
    const snippet = (client: Client) =>
      renderSnippet(client, inspectClient(client, surroundings).file, surroundings);
    stdout(shown.map(snippet).join("\n"));
    return exitCodes.done;
  }
  if (goal === "install" && !flags.has("--force")) requireLasting(surroundings.command);
  const chosen = named.length > 0 ? [...new Set(named)] : choose(goal, surroundings);
  const plans = chosen.map((client) => planFor(goal, client, surroundings));
  return flags.has("--json")
    ? reportAsJson(goal, plans, surroundings, invocation)
    : settle(goal, plans, surroundings, invocation);
}

function choose(goal: Goal, surroundings: Surroundings): Client[] {
  const states = inspectClients(surroundings);
  const chosen = states.filter(({ present, registration }) =>
    goal === "install" ? present : registration.state !== "none",
  );
  return chosen.map(({ client }) => client);
}

async function settle(
  goal: Goal,
  plans: readonly Plan[],
  surroundings: Surroundings,
  invocation: Invocation,
): Promise<number> {
  const { flags, color, stdout } = invocation;
  stdout(plans.map((plan) => renderPlan(plan, color)).join(""));
  const refused = plans.some(({ kind }) => kind === "refused");
  const changes = plans.filter((plan) => plan.kind === "change");
  if (plans.length === 0) return reportNone(goal, stdout);
  if (changes.length === 0) return refused ? exitCodes.failed : exitCodes.done;
  if (!flags.has("--yes")) {
    const answer = await ask(changes.length);
    if (answer !== "yes") {
      stdout(answer === "nobody" ? "Nothing was changed; with --yes it is.\n" : "Nothing was changed.\n");
      return answer === "interrupted" ? exitCodes.interrupted : exitCodes.failed;
    }
  }
  let failed = refused;
  for (const change of changes) {
    if (change.argv !== undefined)
      stdout(`Running ${change.client.own?.name}, which may take a few seconds.\n`);
    const result = await attempt(change, surroundings);
    failed ||= result instanceof UserError;
    stdout(renderResult(change, result));
  }
  const config = join(invocation.root, "config.yml");
  if (goal === "install" && !existsSync(config))
    stdout(`There is no ${printable(config)} yet; the server needs it to start.\n`);
  return failed ? exitCodes.failed : exitCodes.done;
}

function reportNone(goal: Goal, stdout: (text: string) => void): number {
  if (goal === "uninstall") {
    stdout("No MCP client has this server registered.\n");
    return exitCodes.done;
  }
  stdout(
    "No MCP client was found for this user.\n  Name one to register with: mcp-ssh-interactive install CLIENT\n  What to write by hand: mcp-ssh-interactive install --print\n",
  );
  return exitCodes.failed;
}

/** Only where a human sees the plan and answers it. */
async function ask(count: number): Promise<"yes" | "no" | "interrupted" | "nobody"> {
  if (!isatty(0) || !isatty(1)) return "nobody";
  using terminal = ControllingTerminal.open();
  if (terminal === undefined) return "nobody";
  const what = count === 1 ? "this" : `these ${count}`;
  const typed = await terminal.readLine(`Change ${what}? [y/N] `, { hidden: false });
  if (typed.kind !== "line") return typed.kind === "interrupted" ? "interrupted" : "no";
  return /^y(es)?$/i.test(typed.text.trim()) ? "yes" : "no";
}

async function attempt(change: Change, surroundings: Surroundings): Promise<Done | UserError> {
  try {
    return await carryOut(change, surroundings);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function renderResult({ client, goal }: Change, result: Done | UserError): string {
  if (result instanceof UserError)
    return `${client.title}: ${printable(result.message)}\n  ${printable(result.hint)}\n`;
  const kept = result.backup === undefined ? "" : `  The file as it was: ${printable(result.backup)}\n`;
  return `${client.title}: ${goal === "install" ? "registered" : "no longer registered"}; restart it if it runs.\n${kept}`;
}

/** Without --yes nothing is changed, and the plan alone is told. */
async function reportAsJson(
  goal: Goal,
  plans: readonly Plan[],
  surroundings: Surroundings,
  { flags, stdout }: Invocation,
): Promise<number> {
  const rows = [];
  for (const plan of plans) {
    const isDone = plan.kind === "change" && flags.has("--yes");
    rows.push(factsOf(plan, isDone ? await attempt(plan, surroundings) : undefined, surroundings));
  }
  stdout(jsonText({ command: goal, clients: rows }));
  return rows.some(({ action }) => action === "refused" || action === "failed")
    ? exitCodes.failed
    : exitCodes.done;
}

function factsOf(plan: Plan, result: Done | UserError | undefined, surroundings: Surroundings) {
  const { name, title } = plan.client;
  const { present, registration, file } = inspectClient(plan.client, surroundings);
  const facts = { client: name, title, file, present, registration: registration.state };
  if (plan.kind === "unchanged") return { ...facts, action: "none" };
  if (plan.kind === "refused") return { ...facts, action: "refused", message: plan.message, hint: plan.hint };
  const runs = plan.argv === undefined ? {} : { runs: plan.argv };
  const { line, removed, added } = difference(plan.file.text, plan.after);
  if (result === undefined) return { ...facts, action: "change", ...runs, line, removed, added };
  if (result instanceof UserError)
    return { ...facts, action: "failed", ...runs, message: result.message, hint: result.hint };
  return {
    ...facts,
    action: "done",
    ...runs,
    ...(result.backup === undefined ? {} : { backup: result.backup }),
  };
}
