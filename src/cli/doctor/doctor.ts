import { join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { createConfigSource } from "../../config/load-config.ts";
import { openHomeTree } from "../../platform/home-tree.ts";
import { MemoryBound } from "../../platform/memory-bound.ts";
import { StateFile } from "../../state/state-file.ts";
import { exitCodes, type Invocation, type RunCommand } from "../command.ts";
import { composeSessions } from "../compose-sessions.ts";
import { findPrograms } from "../find-programs.ts";
import { printable } from "../printable.ts";
import { checkConnection } from "./check-connection.ts";
import type { Finding } from "./finding.ts";
import { checkMachine, mendMachine } from "./machine.ts";
import { lookAround, type Place } from "./place.ts";
import { renderCheck, renderJson, renderSummary, renderTitle, type Section } from "./render-report.ts";

/** Looks at this machine, and at connections by opening each once; tells what is wrong and what mends it. */
export const doctor: RunCommand = async (invocation) => {
  const { flags, color, stdout } = invocation;
  const say = flags.has("--json") ? () => {} : stdout;
  const mended = flags.has("--fix") ? mendMachine(invocation) : [];
  for (const fix of mended) say(`mended: ${printable(fix)}\n`);
  const place = lookAround(invocation);
  const sections: Section[] = [];
  const add = async (about: string | undefined, check: () => Promise<readonly Finding[]>) => {
    say(renderTitle(about, color));
    const checks = await check();
    sections.push({ about, checks });
    for (const each of checks) say(renderCheck(each, color));
    say("\n");
    return checks;
  };
  const machine = await add(undefined, () => checkMachine(place));
  const interrupted = await checkConnections(invocation, place, add);
  const all = sections.flatMap(({ checks }) => checks);
  say(renderSummary(all, machine.filter(({ mend }) => mend !== undefined).length));
  if (flags.has("--json")) stdout(renderJson(sections, mended));
  if (interrupted) return exitCodes.interrupted;
  return all.some(({ verdict }) => verdict === "fail") ? exitCodes.failed : exitCodes.done;
};

type Add = (about: string, check: () => Promise<readonly Finding[]>) => Promise<unknown>;

/** True when Ctrl+C ended it. */
async function checkConnections(invocation: Invocation, place: Place, add: Add): Promise<boolean> {
  const names = namesOf(invocation, place);
  if (names.length === 0) return false;
  const desk = openDesk(invocation, place);
  if (desk instanceof UserError) {
    const { message, hint } = desk;
    for (const name of names)
      await add(name, async () => [
        { name: "connection", verdict: "fail", fact: `it cannot be tried: ${message}`, fix: hint },
      ]);
    return false;
  }
  try {
    for (const name of names) {
      if (desk.signal.aborted) return true;
      const integration = desk.integrationOf(name);
      await add(name, () => checkConnection(desk, name, integration));
    }
    return desk.signal.aborted;
  } finally {
    await desk.close();
  }
}

function namesOf({ words, flags }: Invocation, { config }: Place): readonly string[] {
  if (!flags.has("--all") || config instanceof UserError) return words;
  return [...new Set([...words, ...config.connections.keys()])];
}

/** The error that keeps any session from being opened, where there is one. */
function openDesk(invocation: Invocation, { tree, home, config }: Place) {
  if (config instanceof UserError) return config;
  try {
    const programs = findPrograms(invocation);
    const links = openHomeTree(tree);
    process.chdir(tree.root);
    const log = (line: string) => invocation.stderr(`mcp-ssh-interactive: ${printable(line)}\n`);
    const state = new StateFile(tree.stateFile, join(tree.locks, "state"), log);
    const source = createConfigSource({ path: tree.configFile, home, root: tree.root });
    const composed = composeSessions({
      tree,
      links,
      home,
      programs,
      ownEnv: invocation.env,
      config: source,
      state,
      memory: new MemoryBound(),
      log,
    });
    return {
      ...composed,
      tree,
      signal: stopOnSignals(),
      integrationOf: (name: string) => integrationOf(config, name),
    };
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function integrationOf({ connections }: Exclude<Place["config"], UserError>, name: string): string {
  const entry = connections.get(name);
  return entry !== undefined && "config" in entry ? entry.config.shellIntegration : "auto";
}

function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}
