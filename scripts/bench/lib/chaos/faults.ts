import { spawn } from "node:child_process";
import { existsSync, rmSync, truncateSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import type { ChaosClient } from "./client.ts";
import type { Disturbance, Journal } from "./journal.ts";
import { recordedSessions } from "./kept-log.ts";
import {
  childrenOf,
  ownProcesses,
  recorderOf,
  signal,
  sshOf,
  tmuxServer,
  wrapperOf,
  type OwnProcess,
} from "./own-processes.ts";
import { keepaliveMs, type ChaosHost, type Place } from "./place.ts";
import type { PlannedFault } from "./plan.ts";
import type { SessionModel } from "./session-model.ts";

const lockHolder = resolve(import.meta.dir, "../../../../test/support/lock-holder.ts");
const delayedByMs = 60;
/** A fault of a link that was planned to last longer is made to outlast ssh's patience. */
const shortestDeathMs = 4_500;

/** Does to processes, links and files what the plan says; each returns when it is over. */
export class Faults {
  readonly #place: Place;
  readonly #clients: readonly ChaosClient[];
  readonly #models: readonly SessionModel[];
  readonly #journal: Journal;
  /** What is stopped now is left alone by others. */
  readonly #busy = new Set<string>();

  constructor(
    place: Place,
    clients: readonly ChaosClient[],
    models: readonly SessionModel[],
    journal: Journal,
  ) {
    this.#place = place;
    this.#clients = clients;
    this.#models = models;
    this.#journal = journal;
  }

  async inflict(fault: PlannedFault): Promise<void> {
    const { kind, target, lastsMs } = fault;
    const model = chosen(this.#models, target);
    const client = chosen(this.#clients, target);
    const host = chosen(this.#place.hosts, target);
    switch (kind) {
      case "server killed":
        return this.#kill(kind, client.pid, []);
      case "server stopped":
        return this.#stop(kind, [client.pid], lastsMs, "all");
      case "ssh killed":
        return this.#kill(kind, sshOf(this.#processes(), model.name)?.pid, [model.name]);
      case "wrapper killed":
        return this.#kill(kind, wrapperOf(this.#processes(), model.name)?.pid, [model.name]);
      case "recorder killed":
        return this.#killRecorder(model.name);
      case "sshd session killed":
        return this.#killLogin(host, target);
      case "sshd restarted":
        return this.#restartSshd(host);
      case "link cut":
        return this.#cut(host);
      case "link stalled":
      case "link delayed":
      case "link lossy":
      case "link down":
        return this.#disturbLink(kind, host, lastsMs);
      case "tmux killed":
        return this.#killTmux();
      case "tmux stopped":
        return this.#stop(kind, [tmuxServer(this.#processes())?.pid], Math.min(lastsMs, 4_000), "all");
      case "tmux socket removed":
        return this.#removeSocket();
      case "lock holder stopped":
        return this.#holdLock(model, target, lastsMs);
      case "state.json cut":
      case "state.json removed":
        return this.#damageState(kind);
      case "laptop asleep":
        return this.#sleep(lastsMs);
    }
  }

  #processes(): OwnProcess[] {
    return ownProcesses(this.#place.home.root);
  }

  #kill(kind: Disturbance["kind"], pid: number | undefined, sessions: readonly string[]): void {
    if (pid === undefined || pid <= 1) return;
    const over = this.#journal.disturb(kind, sessions, `${sessions.join(" ")} ${pid}`);
    signal(pid, "SIGKILL");
    over();
  }

  #killRecorder(session: string): void {
    const pids = recorderOf(this.#processes(), session).map(({ pid }) => pid);
    if (pids.length === 0) return;
    const over = this.#journal.disturb("recorder killed", [session], `${session} ${pids.join(" ")}`);
    for (const pid of pids) signal(pid, "SIGKILL");
    over();
  }

  async #stop(
    kind: Disturbance["kind"],
    pids: readonly (number | undefined)[],
    lastsMs: number,
    sessions: Disturbance["sessions"],
  ): Promise<void> {
    const there = pids.filter((pid) => pid !== undefined && pid > 1 && !this.#busy.has(String(pid)));
    if (there.length === 0) return;
    const over = this.#journal.disturb(kind, sessions, `${there.join(" ")} for ${lastsMs} ms`);
    for (const pid of there) this.#busy.add(String(pid));
    for (const pid of there) signal(pid ?? 0, "SIGSTOP");
    await Bun.sleep(lastsMs);
    for (const pid of there) signal(pid ?? 0, "SIGCONT");
    for (const pid of there) this.#busy.delete(String(pid));
    over();
  }

  #killLogin({ name, sshd }: ChaosHost, target: number): void {
    const logins = childrenOf(sshd.pid ?? 0).filter((pid) => pid > 1);
    if (logins.length === 0) return;
    const over = this.#journal.disturb("sshd session killed", this.#sessionsOn(name), name);
    const [login] = logins.slice(Math.floor(((target * 1_000) % 1) * logins.length));
    for (const pid of [login ?? 0, ...childrenOf(login ?? 0)]) signal(pid, "SIGKILL");
    over();
  }

  async #restartSshd({ name, sshd }: ChaosHost): Promise<void> {
    // That it is back is seen over the link.
    const held = [name, `link ${name}`];
    if (held.some((each) => this.#busy.has(each))) return;
    for (const each of held) this.#busy.add(each);
    const over = this.#journal.disturb("sshd restarted", this.#sessionsOn(name), name);
    await sshd.restartListener();
    over();
    for (const each of held) this.#busy.delete(each);
  }

  #cut({ name, link }: ChaosHost): void {
    if (link === undefined) return;
    const over = this.#journal.disturb("link cut", this.#sessionsOn(name), name);
    link.cut();
    over();
  }

  async #disturbLink(
    kind: "link stalled" | "link delayed" | "link lossy" | "link down",
    host: ChaosHost,
    lastsMs: number,
  ): Promise<void> {
    const { name, link, network } = host;
    const what = kind === "link down" ? network : link;
    if (what === undefined || this.#busy.has(`link ${name}`)) return;
    this.#busy.add(`link ${name}`);
    const isDead = kind === "link stalled" || kind === "link down";
    const ms = isDead && lastsMs > shortestDeathMs ? lastsMs * 5 : lastsMs;
    const over = this.#journal.disturb(kind, this.#sessionsOn(name), `${name} for ${ms} ms`);
    if (kind === "link down") network?.setLink("down");
    if (kind === "link stalled") link?.hold();
    if (link !== undefined && kind === "link delayed") link.delayMs = delayedByMs;
    if (link !== undefined && kind === "link lossy") link.isLossy = true;
    await Bun.sleep(ms);
    if (kind === "link down") network?.setLink("up");
    link?.release();
    if (link !== undefined) Object.assign(link, { delayMs: 0, isLossy: false });
    this.#busy.delete(`link ${name}`);
    // A dead connection is noticed only some time after.
    if (isDead) await Bun.sleep(keepaliveMs);
    over();
  }

  #killTmux(): void {
    const pid = tmuxServer(this.#processes())?.pid;
    if (pid === undefined || this.#busy.has(String(pid))) return;
    this.#forgetUnrecorded();
    const names = this.#models.map(({ name }) => name);
    this.#kill("tmux killed", pid, names);
  }

  #removeSocket(): void {
    const { tmuxSocket } = this.#place.home;
    if (!existsSync(tmuxSocket)) return;
    this.#forgetUnrecorded();
    const over = this.#journal.disturb("tmux socket removed", "all", "");
    rmSync(tmuxSocket, { force: true });
    over();
  }

  async #holdLock(model: SessionModel, target: number, lastsMs: number): Promise<void> {
    const kinds = [`${model.name}.input`, `${model.name}.open`, "state"];
    const lock = join(this.#place.home.root, "locks", chosen(kinds, (target * 100) % 1));
    if (!existsSync(lock)) return;
    const child = spawn(process.execPath, [lockHolder, lock], { stdio: ["pipe", "pipe", "ignore"] });
    const exited = new Promise((done) => child.on("exit", done));
    const isHeld = await Promise.race([
      new Promise((done) => child.stdout.once("data", () => done(true))),
      exited,
    ]);
    if (isHeld === true) {
      const over = this.#journal.disturb("lock holder stopped", "all", `${lock} for ${lastsMs} ms`);
      child.kill("SIGSTOP");
      await Bun.sleep(lastsMs);
      over();
    }
    child.kill("SIGKILL");
    await exited;
  }

  #damageState(kind: "state.json cut" | "state.json removed"): void {
    const path = join(this.#place.home.root, "state.json");
    if (!existsSync(path)) return;
    const over = this.#journal.disturb(kind, "all", "");
    const all = this.#processes();
    for (const model of this.#models)
      if (wrapperOf(all, model.name) === undefined) model.mayBeForgotten = true;
    if (kind === "state.json removed") rmSync(path, { force: true });
    else truncateSync(path, Math.floor(statSync(path).size / 2));
    over();
  }

  /** Of what state.json does not tell nothing is left with tmux gone. */
  #forgetUnrecorded(): void {
    const recorded = recordedSessions(this.#place.home.root);
    for (const model of this.#models)
      if (recorded?.includes(model.name) !== true) model.mayBeForgotten = true;
  }

  /** Everything of ours stands still, as when the lid is shut; the hosts go on. */
  async #sleep(lastsMs: number): Promise<void> {
    const pids = [...this.#clients.map(({ pid }) => pid), ...this.#processes().map(({ pid }) => pid)];
    await this.#stop("laptop asleep", pids, lastsMs, "all");
  }

  #sessionsOn(host: string): string[] {
    return this.#models.filter((model) => model.host.name === host).map(({ name }) => name);
  }
}

function chosen<T>(of: readonly T[], target: number): T {
  const found = of[Math.floor(target * of.length)];
  if (found === undefined) throw new Error("nothing to choose from");
  return found;
}
