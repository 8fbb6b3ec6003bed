import type { Answered, Arguments } from "./caller.ts";
import type { ChaosClient } from "./client.ts";
import { makeCommand } from "./command.ts";
import { Follower } from "./follower.ts";
import { leaving, openSession } from "./opening.ts";
import { ownProcesses, sshOf } from "./own-processes.ts";
import type { PlannedCommand, Step } from "./plan.ts";
import type { Sent, SessionModel } from "./session-model.ts";
import { wholeOutput, type Stage } from "./stage.ts";

/** These say that nothing was typed. */
const refusals: ReadonlySet<string> = new Set([
  "SESSION_BUSY",
  "SESSION_DISCONNECTED",
  "SESSION_NOT_FOUND",
  "EXPECTATION_FAILED",
  "INVALID_ARGUMENT",
]);

/** Carries out the steps of one session, and keeps its model by what the answers say. */
export class Driver {
  readonly model: SessionModel;
  /** All commands, also those of before the session was opened anew. */
  readonly given: Sent[] = [];
  readonly #stage: Stage;
  readonly #follower: Follower;

  constructor(stage: Stage, model: SessionModel) {
    this.#stage = stage;
    this.model = model;
    this.#follower = new Follower(stage, model);
  }

  async step(step: Step): Promise<void> {
    const { model } = this;
    if (model.phase !== "open")
      return openSession(this.#stage, model, this.#client(step.client), nameOf(model, step));
    if (model.pending.length > 0) return this.#follower.follow(this.#client(step.other), nameOf(model, step));
    if (model.depth > 0 && step.pick < 0.3) return this.#leaveShell(step);
    switch (step.action) {
      case "run":
        return this.#run(step, this.#client(step.client), step.command, "");
      case "rivals":
        await Promise.all([
          this.#run(step, this.#client(step.client), step.command, "l"),
          this.#run(step, this.#client(step.client + 1), step.second, "r"),
        ]);
        return;
      case "view":
        return this.#view(step);
      case "search":
        return this.#search(step);
      case "list":
        return this.#list(step);
      case "close":
        return this.#close(step);
      case "idle":
        await Bun.sleep(200);
    }
  }

  async #run(step: Step, client: ChaosClient, plan: PlannedCommand, mark: string): Promise<void> {
    const { model } = this;
    const isInner = model.depth > 0 && ["nest", "shelldeath", "leave"].includes(plan.kind);
    const command = makeCommand(
      `${model.name}n${step.number}${mark}z`,
      isInner ? { ...plan, kind: "code" } : plan,
    );
    const { openedAtMs, provenAtMs } = model;
    const sent: Sent = { command, atMs: performance.now(), openedAtMs, provenAtMs };
    this.given.push(sent);
    model.history.push(sent);
    model.pending.push(sent);
    const endsItself = command.kind === "shelldeath" || command.kind === "leave";
    if (endsItself) this.#stage.journal.disturb("command", [model.name], command.text)();
    const { waitSeconds: wait_seconds } = command;
    const args = { command: command.text, wait_seconds, ...wholeOutput };
    const exchange = await this.#call(client, step, "execute_command", args);
    if (exchange === undefined) return;
    const { code } = exchange.answer;
    if (code !== undefined) return this.#refused(exchange, sent);
    this.#stage.judge.command(exchange, model, sent);
    this.#follower.settle(exchange, sent);
    const isRunning = model.pending.includes(sent) && model.phase === "open";
    if (isRunning && command.isInterrupted) await this.#interrupt(step, sent);
  }

  #refused(exchange: Answered, sent: Sent): void {
    const { model } = this;
    const code = exchange.answer.code ?? "";
    if (!refusals.has(code)) return;
    if (code === "SESSION_BUSY") this.#stage.judge.busy(exchange, model);
    sent.wasRefused = true;
    model.isDone(sent);
    this.#follower.lostSession(exchange);
  }

  async #interrupt(step: Step, sent: Sent): Promise<void> {
    sent.wasInterrupted = true;
    const exchange = await this.#call(this.#client(step.other), step, "interrupt_command", {
      wait_seconds: 3,
    });
    if (exchange === undefined || this.#follower.lostSession(exchange)) return;
    if (exchange.answer.fields["interrupted"] !== true || exchange.answer.fields["command_id"] !== sent.id)
      return;
    this.#stage.judge.command(exchange, this.model, sent);
    this.#follower.settle(exchange, sent);
  }

  /** From the shell inside the shell, which is left as a person would. */
  async #leaveShell(step: Step): Promise<void> {
    const { model } = this;
    const args = { command: leaving, wait_seconds: 10 };
    const exchange = await this.#call(this.#client(step.client), step, "execute_command", args);
    if (exchange === undefined) return this.#close(step);
    if (this.#follower.lostSession(exchange) || exchange.answer.isError) return;
    const { fields } = exchange.answer;
    this.#stage.judge.state(exchange, model);
    this.#stage.journal.check("inner shell left");
    if (fields["state"] !== "idle") return this.#close(step);
    const code = fields["exit_code"];
    if (code !== undefined && code !== 7)
      this.#stage.caller.violate(exchange, "the inner shell's exit code is not 7");
    model.depth--;
  }

  async #view(step: Step): Promise<void> {
    const { model } = this;
    const sent = chosen(
      model.history.filter(({ id }) => id !== undefined),
      step.pick,
    );
    if (sent === undefined) return;
    const args = { command_id: sent.id, ...wholeOutput };
    const exchange = await this.#call(this.#client(step.other), step, "get_terminal_output", args);
    if (exchange === undefined || this.#follower.lostSession(exchange)) return;
    if (exchange.answer.isError) return;
    this.#stage.judge.command(exchange, model, sent);
    this.#stage.judge.remembered(exchange, sent);
  }

  async #search(step: Step): Promise<void> {
    const { model } = this;
    const counted = model.history.filter(
      ({ command, wasEnded, toldCode }) =>
        ["lines", "big", "slow"].includes(command.kind) && wasEnded === true && toldCode !== 130,
    );
    const sent = chosen(counted, step.pick);
    if (sent === undefined) return;
    const args = { pattern: `OUT-${sent.command.tokens[0]}-`, max_matches: 3 };
    const exchange = await this.#call(this.#client(step.other), step, "search_output", args);
    if (exchange === undefined || this.#follower.lostSession(exchange) || exchange.answer.isError) return;
    this.#stage.judge.found(exchange, model, sent);
  }

  async #list(step: Step): Promise<void> {
    const { model } = this;
    const hadSsh = this.#hasSsh();
    const exchange = await this.#call(this.#client(step.client), step, "list_connections", {});
    if (exchange === undefined || exchange.answer.isError) return;
    const { sessions } = exchange.answer.fields;
    const listed = (Array.isArray(sessions) ? sessions : []).find((each) => each.session_name === model.name);
    this.#stage.journal.check("listed");
    if (listed === undefined && !model.mayBeForgotten)
      this.#stage.caller.violate(exchange, `${model.name} is not listed`);
    if (listed?.status === "disconnected" && !model.mayHaveEnded())
      this.#stage.caller.violate(exchange, `${model.name} is listed as disconnected without a cause`);
    if (listed?.status === "active" && !hadSsh && !this.#hasSsh())
      this.#stage.judge.activeWithoutSsh(exchange, model);
  }

  /** Asked of the processes, not of the product. */
  #hasSsh(): boolean {
    return sshOf(ownProcesses(this.#stage.root), this.model.name) !== undefined;
  }

  async #close(step: Step): Promise<void> {
    const { model } = this;
    this.#stage.journal.disturb("command", [model.name], "close")();
    const exchange = await this.#call(this.#client(step.client), step, "close_connection", { force: true });
    if (exchange?.answer.isError === false) {
      model.startAnew();
      model.phase = "closed";
      model.isKnown = false;
      return;
    }
    model.mayBeForgotten = true;
    model.phase = "maybe";
  }

  #call(client: ChaosClient, step: Step, tool: string, args: Arguments): Promise<Answered | undefined> {
    const session = tool === "list_connections" ? {} : { session_name: this.model.name };
    return this.#stage.caller.call(client, this.model, nameOf(this.model, step), tool, {
      ...session,
      ...args,
    });
  }

  #client(number: number): ChaosClient {
    const { clients } = this.#stage;
    const client = clients[number % clients.length];
    if (client === undefined) throw new Error("no clients");
    return client;
  }
}

function nameOf({ name }: SessionModel, { number }: Step): string {
  return `${name} step ${number}`;
}

function chosen<T>(of: readonly T[], pick: number): T | undefined {
  return of[Math.floor(pick * of.length)];
}
