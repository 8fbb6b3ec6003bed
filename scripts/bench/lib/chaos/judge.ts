import { join } from "node:path";

import type { Answered, Caller } from "./caller.ts";
import type { Disturbance, Journal } from "./journal.ts";
import { linesInLog, wasRotated } from "./kept-log.ts";
import { faultInPart, faultInWhole, withoutInterrupt } from "./output.ts";
import type { Sent, SessionModel } from "./session-model.ts";
import type { Ran, Truth } from "./truth.ts";

/** What the host's clock said may be seen so much later by the slowest way. */
const slowestMs = 4_000;
const delaying: readonly Disturbance["kind"][] = [
  "link delayed",
  "link lossy",
  "link stalled",
  "link down",
  "server stopped",
  "tmux stopped",
  "laptop asleep",
  "machine slow",
  "recorder killed",
];

/** Compares what an answer says of a command with what ran, was printed and stands in the log. */
export class Judge {
  readonly #journal: Journal;
  readonly #caller: Caller;
  readonly #truth: Truth;
  readonly #root: string;

  constructor(journal: Journal, caller: Caller, truth: Truth, root: string) {
    this.#journal = journal;
    this.#caller = caller;
    this.#truth = truth;
    this.#root = root;
  }

  /** What ran of a command: its first part's start and its last part's end. */
  ranOf({ command }: Sent): Ran {
    const parts = command.tokens.map((token) => this.#truth.of(token));
    const [first] = parts;
    const last = parts.at(-1);
    if (first === undefined || last === undefined) throw new Error("a command without parts");
    const isCut = parts.some(({ end }) => end === undefined);
    return {
      starts: Math.max(...parts.map(({ starts }) => starts), first.starts),
      end: isCut && !parts.some(({ end }) => end?.code === 130) ? undefined : (last.end ?? parts[0]?.end),
      ends: Math.max(...parts.map(({ ends }) => ends)),
      wasHungUp: parts.some(({ wasHungUp }) => wasHungUp),
    };
  }

  /** An answer about `sent`, whatever call it came of. */
  command(exchange: Answered, model: SessionModel, sent: Sent): void {
    const { fields } = exchange.answer;
    const { exit_code: code, ended_by: endedBy, state } = fields;
    this.state(exchange, model);
    this.#id(exchange, model, sent);
    const isNested = sent.command.kind === "nest";
    if (isNested) return;
    if (code !== undefined || endedBy === "command_ended") this.#ended(exchange, model, sent);
    else if (state === "running") this.#running(exchange, model, sent);
    else if (endedBy === "input_wanted") this.#asking(exchange, model, sent);
    else this.#part(exchange, model, sent);
  }

  /** A session that is said to have no ssh any more must have had a reason. */
  state(exchange: Answered, model: SessionModel): void {
    const { fields, code } = exchange.answer;
    this.#journal.check("state");
    const isOver = fields["state"] === "disconnected" || code === "SESSION_DISCONNECTED";
    if (isOver && !model.mayHaveEnded()) this.#caller.violate(exchange, "disconnected without a cause");
    if (fields["session_name"] !== undefined && fields["session_name"] !== model.name)
      this.#caller.violate(exchange, "the answer is of another session");
  }

  /** The exit code that was told once is told ever after. */
  remembered(exchange: Answered, { toldCode }: Sent): void {
    this.#journal.check("remembered");
    const code = exchange.answer.fields["exit_code"];
    if (toldCode !== undefined && code !== toldCode)
      this.#caller.violate(exchange, `exit code ${String(code)}; it was told as ${toldCode} before`);
  }

  /** What came after an answer was typed; only the command's end can be judged. */
  answered(exchange: Answered, model: SessionModel, sent: Sent): void {
    this.state(exchange, model);
    this.#journal.check("answered");
    const { exit_code: code, command_id: id } = exchange.answer.fields;
    if (code === undefined || (id !== undefined && id !== sent.id)) return;
    const { end } = this.ranOf(sent);
    if (code !== end?.code)
      this.#caller.violate(exchange, `exit code ${String(code)} instead of ${end?.code}`);
  }

  /** All lines that the command printed and that the log still has are found, and are known to be its own. */
  found(exchange: Answered, model: SessionModel, sent: Sent): void {
    const { total_matches: total, matches, next } = exchange.answer.fields;
    this.#journal.check("found");
    const { length } = sent.command.lines;
    const isAll = total === length;
    if (!isAll && next === undefined && this.#isKept(model, sent))
      this.#caller.violate(exchange, `${String(total)} lines are found; the log has all ${length}`);
    const foreign = (Array.isArray(matches) ? matches : []).find(({ command_id }) => command_id !== sent.id);
    if (foreign !== undefined)
      this.#caller.violate(exchange, `a line of ${sent.id} is told as one of ${String(foreign.command_id)}`);
  }

  /** What is named as in the way must not have ended long before. */
  busy(exchange: Answered, model: SessionModel): void {
    this.#journal.check("busy");
    const id: unknown = Object(Object(exchange.answer.fields["error"]).details).command_id;
    const sent = model.history.find((each) => each.id !== undefined && each.id === id);
    const opensShell = sent?.command.kind === "nest";
    if (sent !== undefined && !opensShell) this.#notEnded(exchange, model, sent, "told as in the way");
  }

  /** It had no ssh when the call began. */
  activeWithoutSsh(exchange: Answered, model: SessionModel): void {
    this.#journal.check("active with ssh");
    const window = { fromMs: exchange.fromMs - slowestMs, untilMs: exchange.untilMs };
    if (!this.#journal.wasDisturbed(delaying, model.name, window))
      this.#caller.violate(exchange, `${model.name} is listed as active, but its ssh has ended`);
  }

  #id(exchange: Answered, model: SessionModel, sent: Sent): void {
    const id = exchange.answer.fields["command_id"];
    if (typeof id !== "string") return;
    this.#journal.check("command_id");
    if (sent.id !== undefined && sent.id !== id)
      this.#caller.violate(exchange, `the command has become ${id}; it was ${sent.id}`);
    const other = model.history.find((each) => each !== sent && each.id === id);
    if (other !== undefined)
      this.#caller.violate(exchange, `${id} is also the name of ${other.command.tokens.join(" ")}`);
    sent.id ??= id;
  }

  #ended(exchange: Answered, model: SessionModel, sent: Sent): void {
    const { exit_code: code } = exchange.answer.fields;
    const ran = this.ranOf(sent);
    this.#journal.check("end and exit code");
    const { kind } = sent.command;
    if (kind === "shelldeath" || kind === "leave") return;
    sent.wasEnded = true;
    if (ran.end === undefined)
      return this.#caller.violate(
        exchange,
        `told as ended, but ${ran.starts === 0 ? "it never began" : "it has not ended"}`,
      );
    if (ran.starts !== 1 || ran.ends !== 1)
      return this.#caller.violate(exchange, `it ran ${ran.starts} times and ended ${ran.ends} times`);
    if (code !== undefined && code !== ran.end.code)
      return this.#caller.violate(exchange, `exit code ${String(code)} instead of ${ran.end.code}`);
    // An inner shell may not have taken our marks; then its prompt alone tells, and says so.
    const isByPrompt = model.depth > 0 && exchange.answer.fields["confidence"] === "prompt";
    if (code !== undefined && exchange.answer.fields["confidence"] === "exact")
      model.provenAtMs = Math.max(model.provenAtMs, sent.atMs);
    if (code === undefined && !isByPrompt && !this.lacksMarks(model, sent))
      return this.#caller.violate(exchange, "the exit code is missing");
    this.#whole(exchange, model, sent, ran.end.code);
  }

  #whole(exchange: Answered, model: SessionModel, sent: Sent, code: number): void {
    const { output, total_lines: total, bytes_missed: missed } = exchange.answer.fields;
    const { kind, lines } = sent.command;
    // What the shell says of a killed program is its own.
    if (kind === "kill9") return;
    this.#journal.check("output whole");
    const text = String(output ?? "");
    // Pressed just as the command ended it is shown all the same.
    const isPressed = code !== 130 && /(?:^|\n)\^C$/.test(text);
    const shown = {
      output: isPressed ? withoutInterrupt(text) : text,
      totalLines: Number(total ?? 0) - (isPressed ? 1 : 0),
    };
    const fault =
      code === 130
        ? faultInPart(withoutInterrupt(text), lines)
        : missed === undefined
          ? faultInWhole(shown, lines)
          : faultInPart(shown.output, lines);
    const mayBeKept = lines.length > 0 ? this.#isKept(model, sent) : missed === undefined;
    const kept = mayBeKept && !this.lacksMarks(model, sent);
    if (missed !== undefined && kept)
      this.#caller.violate(exchange, "bytes_missed of what the log has whole");
    if (fault === undefined) return;
    if (kept) return this.#caller.violate(exchange, `output: ${fault}`);
    if (!this.lacksMarks(model, sent) && !wasRotated(this.#logs, model.name))
      return this.#caller.violate(exchange, `output lost: ${fault}`);
    if (missed === undefined && !this.lacksMarks(model, sent))
      this.#caller.violate(exchange, `what is missing is not told: ${fault}`);
  }

  /** Whether the log's files have all that the command printed. */
  #isKept(model: SessionModel, { command }: Sent): boolean {
    const found = command.tokens.map((token) => linesInLog(this.#logs, model.name, token));
    return found.reduce((sum, count) => sum + count, 0) >= command.lines.length;
  }

  /** The numbers by which its end would be known may be lost. */
  lacksMarks(model: SessionModel, sent: Sent): boolean {
    const { openedAtMs, provenAtMs } = sent;
    const wasDisturbed = (kinds: readonly Disturbance["kind"][], fromMs: number) =>
      this.#journal.wasDisturbed(kinds, model.name, { fromMs });
    // A server that ran on has the numbers; one that starts after it has not.
    const isLost =
      wasDisturbed(["state.json cut", "state.json removed"], openedAtMs) ||
      wasDisturbed(["recorder killed"], Math.max(openedAtMs, provenAtMs));
    return isLost || this.#lacksOutput(model, sent);
  }

  /** The recorder was killed while it ran. */
  #lacksOutput(model: SessionModel, sent: Sent): boolean {
    const end = this.ranOf(sent).end;
    const untilMs = end === undefined ? Infinity : end.atMs - Date.now() + performance.now() + slowestMs;
    const window = { fromMs: sent.atMs - slowestMs, untilMs };
    return this.#journal.wasDisturbed(["recorder killed", "tmux killed"], model.name, window);
  }

  get #logs(): string {
    return join(this.#root, "logs");
  }

  #running(exchange: Answered, model: SessionModel, sent: Sent): void {
    this.#journal.check("still running");
    this.#part(exchange, model, sent);
    this.#notEnded(exchange, model, sent, "told as running");
  }

  #notEnded(exchange: Answered, model: SessionModel, sent: Sent, told: string): void {
    const ran = this.ranOf(sent);
    if (ran.end === undefined) return;
    const sinceMs = Date.now() - ran.end.atMs - (performance.now() - exchange.untilMs);
    const window = { fromMs: exchange.fromMs - slowestMs, untilMs: exchange.untilMs };
    const isExcused =
      this.#journal.wasDisturbed(delaying, model.name, window) ||
      model.mayHaveEnded() ||
      this.lacksMarks(model, sent);
    if (sinceMs > slowestMs && !isExcused)
      this.#caller.violate(exchange, `${told}, but it ended ${Math.round(sinceMs)} ms before`);
  }

  #asking(exchange: Answered, model: SessionModel, sent: Sent): void {
    const { kind } = sent.command;
    this.#journal.check("asks");
    if (kind !== "ask" && kind !== "hidden")
      return this.#caller.violate(exchange, "told as asking, but it asks nothing");
    this.#part(exchange, model, sent);
  }

  #part(exchange: Answered, model: SessionModel, sent: Sent): void {
    const { command, wasInterrupted } = sent;
    this.#journal.check("output so far");
    const output = String(exchange.answer.fields["output"] ?? "");
    const { kind, lines } = command;
    if (["progress", "kill9", "shelldeath", "leave"].includes(kind)) return;
    const fault = faultInPart(wasInterrupted === true ? withoutInterrupt(output) : output, lines);
    if (fault !== undefined && !this.lacksMarks(model, sent))
      this.#caller.violate(exchange, `output: ${fault}`);
  }
}
