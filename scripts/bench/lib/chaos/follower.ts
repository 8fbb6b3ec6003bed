import type { Answered, Arguments } from "./caller.ts";
import type { ChaosClient } from "./client.ts";
import type { Sent, SessionModel } from "./session-model.ts";
import { wholeOutput, type Stage } from "./stage.ts";

/** When nothing disturbs, everything is told within this time. */
const calmLimitMs = 40_000;

/** Goes on with commands that have not ended: waits, answers, and learns what became of those without an answer. */
export class Follower {
  readonly #stage: Stage;
  readonly #model: SessionModel;

  constructor(stage: Stage, model: SessionModel) {
    this.#stage = stage;
    this.#model = model;
  }

  /** Until the session has ended, or no command is pending. */
  async follow(client: ChaosClient, step: string): Promise<void> {
    const model = this.#model;
    for (let sent = model.pending[0]; sent !== undefined && model.phase === "open"; sent = model.pending[0]) {
      await this.#look(client, step, sent);
      if (model.pending.includes(sent) && this.#isOverdue(sent)) await this.#giveUp(client, step, sent);
    }
  }

  /** What the answer says of the command and its session. */
  settle({ answer: { fields } }: Answered, sent: Sent): void {
    const model = this.#model;
    if (fields["state"] === "disconnected") {
      model.phase = "ended";
      return;
    }
    const code = fields["exit_code"];
    if (typeof code === "number") sent.toldCode = code;
    const isNested = sent.command.kind === "nest" && fields["state"] === "idle";
    if (isNested) model.depth = 1;
    if (fields["ended_by"] === "no_echo") {
      sent.wasRefused = true;
      sent.id = undefined;
    }
    const isOver = ["command_ended", "no_echo", "disconnected"].includes(String(fields["ended_by"]));
    if (isNested || code !== undefined || isOver) model.isDone(sent);
  }

  /** True when the answer says that the session is not there to be used. */
  lostSession(exchange: Answered): boolean {
    const model = this.#model;
    const { code } = exchange.answer;
    this.#stage.judge.state(exchange, model);
    if (code === "SESSION_DISCONNECTED") model.phase = "ended";
    if (code === "SESSION_NOT_FOUND") {
      if (!model.mayBeForgotten) this.#stage.caller.violate(exchange, "a session that is open is not found");
      model.phase = "maybe";
      model.mayBeForgotten = true;
    }
    if ((code === "COMMAND_NOT_FOUND" || code === "CURSOR_INVALID") && !model.mayBeForgotten)
      this.#stage.caller.violate(exchange, `${code} of what was told before`);
    return code === "SESSION_DISCONNECTED" || code === "SESSION_NOT_FOUND";
  }

  async #look(client: ChaosClient, step: string, sent: Sent): Promise<void> {
    const which = sent.id === undefined ? { view: "command" } : { command_id: sent.id };
    const args = { ...which, wait_seconds: 5, ...wholeOutput };
    const exchange = await this.#call(client, step, "get_terminal_output", args);
    if (exchange === undefined) return;
    if (sent.id === undefined && this.#wasNeverSent(exchange, sent)) return;
    if (this.lostSession(exchange) || exchange.answer.isError) return;
    this.#stage.judge.command(exchange, this.#model, sent);
    this.settle(exchange, sent);
    const { fields } = exchange.answer;
    const isAsked = fields["state"] === "awaiting_input" && sent.command.answer !== "";
    if (isAsked && this.#model.pending.includes(sent))
      await this.#answer(client, step, sent, fields["cursor"]);
  }

  /** The newest command of the session is another one, or there is none. */
  #wasNeverSent(exchange: Answered, sent: Sent): boolean {
    const { code, fields, isError } = exchange.answer;
    const isOther = !isError && !String(fields["command"]).includes(sent.command.tokens[0] ?? "");
    if (code !== "COMMAND_NOT_FOUND" && !isOther) return false;
    this.#model.isDone(sent);
    return true;
  }

  async #answer(client: ChaosClient, step: string, sent: Sent, cursor: unknown): Promise<void> {
    const args = { text: `${sent.command.answer}\n`, cursor, wait_seconds: 3, ...wholeOutput };
    const exchange = await this.#call(client, step, "send_input", args);
    if (exchange === undefined || this.lostSession(exchange) || exchange.answer.isError) return;
    this.#stage.judge.answered(exchange, this.#model, sent);
    this.settle(exchange, sent);
  }

  #isOverdue(sent: Sent): boolean {
    const calmMs = performance.now() - Math.max(sent.atMs, this.#stage.journal.calmSince(this.#model.name));
    return calmMs > calmLimitMs;
  }

  async #giveUp(client: ChaosClient, step: string, sent: Sent): Promise<void> {
    const model = this.#model;
    const { starts, end } = this.#stage.judge.ranOf(sent);
    // The question or the end may be in what no recorder took.
    const isExcused = this.#stage.judge.lacksMarks(model, sent);
    if (!isExcused)
      this.#stage.journal.violate({
        step,
        what: `the end of ${sent.id ?? sent.command.tokens[0]} is not told within ${calmLimitMs / 1_000} s of calm`,
        call: sent.command.text,
        got: `began ${starts} times, ${end === undefined ? "did not end" : `exited ${end.code}`}`,
      });
    await this.#call(client, step, "close_connection", { force: true });
    model.startAnew();
    model.phase = "maybe";
    model.mayBeForgotten = true;
  }

  #call(client: ChaosClient, step: string, tool: string, args: Arguments): Promise<Answered | undefined> {
    const model = this.#model;
    return this.#stage.caller.call(client, model, step, tool, { session_name: model.name, ...args });
  }
}
