import { existsSync, readFileSync } from "node:fs";

import { until } from "../../../../test/support/private-tmux.ts";
import { noTraces, tracesOf } from "../../../../test/support/traces.ts";
import { memoryMb } from "../process-memory.ts";
import { ChaosClient } from "./client.ts";
import type { Driver } from "./driver.ts";
import { Follower } from "./follower.ts";
import { openSession } from "./opening.ts";
import { openFiles } from "./own-processes.ts";
import type { Place } from "./place.ts";
import type { SessionModel } from "./session-model.ts";
import { wholeOutput, type Stage } from "./stage.ts";
import type { Truth } from "./truth.ts";

const openAttempts = 5;
const mostMemoryMb = 150;
/** Of a server without sessions: its own files, watches, pipes and one connection to tmux. */
const mostFiles = 40;
const goneWithinMs = 10_000;

/** When all is calm again: every command as a server sees it that has just started, and what is left on this machine. */
export async function finish(
  stage: Stage,
  drivers: readonly Driver[],
  place: Place,
  truth: Truth,
): Promise<void> {
  const fresh = new ChaosClient(place.home, "fresh");
  await Promise.all(drivers.map(({ model }) => checkHistory(stage, model, fresh)));
  checkRuns(stage, drivers, truth);
  for (const { model } of drivers) await closeSession(stage, model, fresh);
  await checkTraces(stage, place);
  for (const client of [...stage.clients, fresh]) await checkServer(stage, client);
}

async function checkHistory(stage: Stage, model: SessionModel, fresh: ChaosClient): Promise<void> {
  const step = `${model.name} finish`;
  const follower = new Follower(stage, model);
  for (let attempt = 1; attempt <= openAttempts; attempt++) {
    if (model.phase !== "open") await openSession(stage, model, fresh, step);
    if (model.phase === "open") await follower.follow(fresh, step);
    if (model.phase === "open") break;
  }
  for (const sent of model.history) {
    if (sent.id === undefined) continue;
    const exchange = await stage.caller.call(fresh, model, step, "get_terminal_output", {
      session_name: model.name,
      command_id: sent.id,
      ...wholeOutput,
    });
    if (exchange === undefined || follower.lostSession(exchange) || exchange.answer.isError) continue;
    stage.judge.command(exchange, model, sent);
    stage.judge.remembered(exchange, sent);
  }
}

/** Of every command that was ever given, whatever was answered. */
function checkRuns({ journal }: Stage, drivers: readonly Driver[], truth: Truth): void {
  const refused = new Set<string>();
  for (const { given } of drivers)
    for (const { command, wasRefused } of given)
      if (wasRefused === true) command.tokens.forEach((token) => refused.add(token));
  for (const [token, { starts }] of truth.all()) {
    journal.check("ran at most once");
    const most = refused.has(token) ? 0 : 1;
    if (starts <= most) continue;
    const what = most === 0 ? "was refused, and ran" : `ran ${starts} times`;
    journal.violate({ step: "finish", what: `${token} ${what}`, call: token, got: String(starts) });
  }
}

async function closeSession(
  { caller, journal }: Stage,
  model: SessionModel,
  fresh: ChaosClient,
): Promise<void> {
  journal.disturb("command", [model.name], "close")();
  const exchange = await caller.call(fresh, model, `${model.name} finish`, "close_connection", {
    session_name: model.name,
    force: true,
  });
  if (exchange?.answer.isError !== false)
    journal.violate({ step: "finish", what: "it cannot be closed", call: model.name, got: "" });
}

async function checkTraces({ journal }: Stage, { home }: Place): Promise<void> {
  journal.check("no traces");
  const isClean = async () => JSON.stringify(await tracesOf(home)) === JSON.stringify(noTraces);
  await until("no traces", isClean, goneWithinMs).catch(async () => {
    const got = JSON.stringify(await tracesOf(home));
    journal.violate({ step: "finish", what: "something is left when all is closed", call: "", got });
  });
}

async function checkServer({ journal }: Stage, client: ChaosClient): Promise<void> {
  const { pid } = client;
  if (pid === 0) return;
  journal.check("memory and files");
  const [memory, files] = [memoryMb(pid, "peak"), openFiles(pid)];
  journal.note(`${client.name}: at most ${memory} MB, ${files} open files`);
  if (memory > mostMemoryMb || files > mostFiles)
    journal.violate({
      step: "finish",
      what: "a server has grown",
      call: client.name,
      got: `${memory} MB, ${files} files`,
    });
  await client.stop();
  if (isServer(pid))
    journal.violate({ step: "finish", what: "a server does not end", call: client.name, got: "" });
}

function isServer(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path, "utf8").includes("mcp-ssh-interactive");
}
