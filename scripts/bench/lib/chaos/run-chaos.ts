import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Caller } from "./caller.ts";
import { ChaosClient } from "./client.ts";
import { Driver } from "./driver.ts";
import { Faults } from "./faults.ts";
import { finish } from "./finish.ts";
import { Journal } from "./journal.ts";
import { Judge } from "./judge.ts";
import { Place } from "./place.ts";
import { planFaults, planSteps, type FaultKind } from "./plan.ts";
import { Random } from "./random.ts";
import { SessionModel } from "./session-model.ts";
import { Truth } from "./truth.ts";

/** `kinds`: these faults alone, instead of all. */
export type ChaosOptions = {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly sessions: number;
  readonly everyMs: number;
  readonly kinds?: readonly FaultKind[] | undefined;
  readonly isVerbose: boolean;
  readonly mostViolations: number;
  /** Ends the calls and faults early; the last checks are made all the same. */
  readonly stop?: AbortSignal | undefined;
};

/** Calls, faults and checks until the time is over, then the last checks; all that was found is in the journal. */
export async function runChaos(options: ChaosOptions): Promise<Journal> {
  const { seed, isVerbose } = options;
  const journal = new Journal(seed, isVerbose);
  using _ = journal.watchMachine();
  const truth = new Truth();
  await using place = await Place.open(new Random(seed).fork("links"), truth);
  journal.keepLogs = () => keepLogs(place.home.root);
  const clients = Array.from(
    { length: options.clients },
    (_, at) => new ChaosClient(place.home, `client${at + 1}`),
  );
  const models = Array.from({ length: options.sessions }, (_, at) => {
    const host = place.hosts[at % place.hosts.length];
    if (host === undefined) throw new Error("no hosts");
    return new SessionModel(`s${at + 1}`, host, journal);
  });
  const caller = new Caller(journal);
  const judge = new Judge(journal, caller, truth, place.home.root);
  const stage = { root: place.home.root, clients, caller, judge, journal };
  const untilMs = performance.now() + options.seconds * 1_000;
  const isOver = () =>
    performance.now() >= untilMs ||
    options.stop?.aborted === true ||
    journal.violations.length >= options.mostViolations;
  const faults = new Faults(place, clients, models, journal);
  const drivers = models.map((model) => new Driver(stage, model));
  await Promise.all([
    inflictAll(faults, options, isOver),
    ...drivers.map((driver) => driveSession(driver, options, isOver)),
  ]);
  await finish(stage, drivers, place, truth);
  return journal;
}

/** What a violation is looked into with, before the recorders drop it; what they drop meanwhile is passed over. */
function keepLogs(root: string): string {
  const kept = mkdtempSync(join(tmpdir(), "chaos-logs-"));
  Bun.spawnSync(["cp", "-r", join(root, "logs"), kept]);
  return kept;
}

async function driveSession(driver: Driver, options: ChaosOptions, isOver: () => boolean): Promise<void> {
  for (const step of planSteps(options.seed, driver.model.name, options.clients)) {
    if (isOver()) return;
    await driver.step(step);
  }
}

/** The next one comes at its time, whether the last is over or not. */
async function inflictAll(faults: Faults, options: ChaosOptions, isOver: () => boolean): Promise<void> {
  const lasting: Promise<void>[] = [];
  for (const fault of planFaults(options.seed, options.everyMs)) {
    if (options.kinds?.includes(fault.kind) === false) continue;
    for (let leftMs = fault.afterMs; leftMs > 0 && !isOver(); leftMs -= 100)
      await Bun.sleep(Math.min(100, leftMs));
    if (isOver()) break;
    lasting.push(faults.inflict(fault));
  }
  await Promise.all(lasting);
}
