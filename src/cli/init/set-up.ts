import { join } from "node:path";
import { isatty } from "node:tty";

import { exitCodes, type Invocation, type RunCommand } from "../command.ts";
import type { Programs } from "../compose-sessions.ts";
import { findPrograms } from "../find-programs.ts";
import type { Change } from "../install/plan.ts";
import { lookAround, type Surroundings } from "../install/surroundings.ts";
import { printable } from "../printable.ts";
import { UsageError } from "../usage-error.ts";
import { applyPlan } from "./apply-plan.ts";
import { clientChange, lookForClients, planClients, register, type ClientsAtHand } from "./clients.ts";
import { connectionsOf, draftFromFlags, nameProblem, type Draft } from "./draft.ts";
import { makeFirstCall } from "./first-call.ts";
import { renderNotes } from "./host-notes.ts";
import { isEmpty, makePlan, type Plan, type Wanted } from "./plan.ts";
import { renderPlan, shortPath } from "./render-plan.ts";
import { meet, type Met } from "./surroundings.ts";
import { Trial } from "./trial.ts";
import { tryAll, type Trials } from "./try-all.ts";
import { createPlainVoice, type Voice } from "./voice.ts";

/** The wizard: the tree, hosts, notes and clients; by flags where there is no terminal. A further run adds. */
export const init: RunCommand = (invocation) => guard(invocation, undefined);

/** One connection into config.yml. */
export const add: RunCommand = (invocation) => guard(invocation, invocation.words[0]);

type Setting = {
  readonly invocation: Invocation;
  readonly programs: Programs;
  readonly surroundings: Surroundings;
  readonly met: Met;
  readonly clients: ClientsAtHand;
  readonly trial: Trial;
  readonly voice: Voice;
  readonly stop: AbortSignal;
  readonly hasHuman: boolean;
};

async function guard(invocation: Invocation, name: string | undefined): Promise<number> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, abort);
  try {
    return await setUp(invocation, name, stop.signal);
  } catch (error) {
    // Ctrl+C reaches our children too, and what then fails in them is no fault.
    if (stop.signal.aborted) return exitCodes.interrupted;
    throw error;
  }
}

async function setUp(invocation: Invocation, name: string | undefined, stop: AbortSignal): Promise<number> {
  const { flags, values, stdout, stderr } = invocation;
  const given = draftFromFlags(values, flags, name);
  const programs = findPrograms(invocation);
  const surroundings = lookAround(invocation);
  const met = await meet(invocation, programs, new Date());
  if (name !== undefined) mustBe(nameProblem(name, met.taken));
  const hasHuman = isatty(0) && isatty(1) && !flags.has("--yes");
  const voice = hasHuman ? await terminalVoice(invocation) : createPlainVoice(stdout, stderr);
  const clients = lookForClients(surroundings, flags.has("--force"));
  await using trial = new Trial(programs, met.tree.locks);
  const setting: Setting = {
    invocation,
    programs,
    surroundings,
    met,
    clients,
    trial,
    voice,
    stop,
    hasHuman,
  };
  const start = withAlias(given, name, met);
  const draft = hasHuman ? await askHuman(setting, start, name) : start;
  if (draft === undefined) return leave(setting);
  if (!hasHuman) voice.say(renderPlan(planOf(setting, draft), met.tree, invocation.home));
  return await carryOut(setting, draft);
}

/** Clack looks for the variable alone, once, when it is loaded. */
async function terminalVoice({ color }: Invocation): Promise<Voice> {
  if (!color) process.env["NO_COLOR"] = "1";
  const { createTerminalVoice } = await import("./human.ts");
  return createTerminalVoice();
}

/** `add NAME` means the alias of that very name, where no other host is given. */
function withAlias(draft: Draft, name: string | undefined, { aliases }: Met): Draft {
  return name !== undefined && draft.host === "" && aliases.includes(name) ? { ...draft, host: name } : draft;
}

async function askHuman(
  setting: Setting,
  start: Draft,
  name: string | undefined,
): Promise<Draft | undefined> {
  const { invocation, programs, met, clients, trial, voice, stop } = setting;
  const questions = await import("./questions.ts");
  const { resolveAlias } = await import("./resolve-alias.ts");
  const { home } = invocation;
  const runtimeFolder = trial.tree.runtime;
  const userConfig = join(home, ".ssh", "config");
  const showResolved = async (aliases: readonly string[]) => {
    const lines = [];
    for (const alias of aliases)
      lines.push(await resolveAlias(alias, programs, { runtimeFolder, userConfig }));
    voice.say(lines);
  };
  const offered = {
    ...met,
    home,
    aliases: met.aliases.filter((alias) => nameProblem(alias, met.taken) === undefined),
    showResolved,
  };
  voice.title("mcp-ssh-interactive: give agents real SSH sessions");
  voice.say(["Enter goes on, Escape goes back, Ctrl+C leaves everything as it is."]);
  if (name === undefined)
    for (const { message, hint } of clients.refusals)
      voice.bad(`MCP clients left out: ${printable(message)}`, printable(hint));
  const all = [
    ...(name === undefined ? questions.sourceQuestions(offered) : []),
    ...questions.hostQuestions(offered, name !== undefined),
    questions.notesQuestion(),
    ...(name === undefined ? [questions.clientsQuestion(clients.unregistered)] : []),
    questions.planQuestion((draft) =>
      voice.say(["The plan:", ...renderPlan(planOf(setting, draft), met.tree, home)]),
    ),
  ];
  const suggested =
    start.clients.length > 0 ? start.clients : clients.unregistered.map((client) => client.name);
  const source = start.source === "none" && offered.aliases.length > 0 ? "ssh-config" : start.source;
  return questions.askAll(all, { ...start, source, clients: suggested }, stop);
}

function leave({ voice, stop }: Setting): number {
  voice.end(stop.aborted ? "Interrupted: nothing was changed." : "Nothing was changed.");
  return exitCodes.interrupted;
}

function wantedOf(setting: Setting, draft: Draft): Wanted {
  const { invocation, met } = setting;
  checkAliases(draft, met);
  return {
    connections: connectionsOf(draft, met),
    notes: draft.notes,
    test: !invocation.flags.has("--no-test"),
    clients: changesOf(setting, draft).map(clientChange),
  };
}

function planOf(setting: Setting, draft: Draft): Plan {
  return makePlan(wantedOf(setting, draft), setting.met.found);
}

function changesOf({ clients, surroundings, invocation }: Setting, draft: Draft): Change[] {
  return planClients(draft.clients, clients, surroundings, invocation.flags.has("--force"));
}

function checkAliases({ source, aliases }: Draft, met: Met): void {
  const unknown = source === "ssh-config" ? aliases.find((alias) => !met.aliases.includes(alias)) : undefined;
  mustBe(unknown === undefined ? undefined : `${JSON.stringify(unknown)} is no host of ~/.ssh/config`);
}

function mustBe(fault: string | undefined): void {
  if (fault !== undefined) throw new UsageError(fault);
}

/** Tries first, writes then: what comes to an end before leaves everything as it was. */
async function carryOut(setting: Setting, draft: Draft): Promise<number> {
  const { invocation, met, trial, voice, stop, programs, surroundings } = setting;
  const wanted = wantedOf(setting, draft);
  if (isEmpty(makePlan(wanted, met.found))) {
    voice.end("Everything is there already; nothing was changed.");
    return exitCodes.done;
  }
  let trials: Trials = { connections: wanted.connections, notes: new Map(), opens: undefined };
  if (wanted.test && wanted.connections.length > 0) {
    trial.use(wanted.connections, invocation.home);
    const tried = await tryAll(trial, wanted, setting);
    if (stop.aborted || tried === "left") return leave(setting);
    if (tried === "failed") {
      voice.end("Nothing was changed.");
      return exitCodes.failed;
    }
    trials = tried;
  }
  const plan = makePlan({ ...wanted, connections: trials.connections }, met.found);
  applyPlan(plan, met.tree, notesFor(plan, trials));
  if (plan.config !== undefined)
    voice.good(`Wrote ${printable(shortPath(met.tree.configFile, invocation.home))}.`);
  const registered = await register(changesOf(setting, draft), surroundings, voice);
  const called = stop.aborted || (await makeFirstCall(met.tree.root, programs, trials.opens, voice));
  voice.end(closing(plan));
  return registered && called ? exitCodes.done : exitCodes.failed;
}

function notesFor({ notes }: Plan, { notes: texts }: Trials): Map<string, string> {
  return new Map(
    notes.map(({ connection, file }) => [file, texts.get(connection) ?? renderNotes(connection, {}, "")]),
  );
}

function closing({ connections: [first] }: Plan): string {
  const name = first?.name;
  return name === undefined
    ? "Ready. A host is added by: mcp-ssh-interactive add NAME"
    : `Ready. Ask your agent: “Open ${printable(name)} and show how full its disks are.”`;
}
