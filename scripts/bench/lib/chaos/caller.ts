import type { ToolResult } from "../../../../test/support/mcp-server.ts";
import type { Answer, ChaosClient } from "./client.ts";
import type { Disturbance, Journal } from "./journal.ts";
import type { SessionModel } from "./session-model.ts";

export type Arguments = Readonly<Record<string, unknown>>;

/** One call and its answer; `fromMs` and `untilMs` are performance.now(). */
export type Exchange = {
  readonly tool: string;
  readonly args: Arguments;
  readonly client: string;
  readonly stderr: string;
  readonly step: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly answer: Answer;
};

/** An exchange that was answered. */
export type Answered = Exchange & { readonly answer: { readonly kind: "answer" } & ToolResult };

/** A lock's wait, tmux's answer and a line that is cleared may add up to so much beyond what the call asked to wait. */
const ownLimitMs = 45_000;
const hangMs = 150_000;
/** A fault shows for so long after its end. */
const lagMs = 3_000;

const servers: readonly Disturbance["kind"][] = ["server stopped", "laptop asleep", "machine slow"];
const network: readonly Disturbance["kind"][] = [
  "link cut",
  "link stalled",
  "link down",
  "link delayed",
  "link lossy",
  "sshd restarted",
  "sshd session killed",
  "ssh killed",
  "wrapper killed",
  "laptop asleep",
  "machine slow",
];
const tmux: readonly Disturbance["kind"][] = ["tmux killed", "tmux stopped", "tmux socket removed"];

/** Errors that say that something is in the way, and what must have been in the way then. */
const excuses: Readonly<Record<string, readonly Disturbance["kind"][]>> = {
  CONNECTION_REFUSED: network,
  CONNECTION_TIMEOUT: [...network, ...servers, "tmux stopped"],
  HOST_UNREACHABLE: network,
  // What was typed came back in pieces too far apart.
  INVALID_ARGUMENT: [...network, ...servers, "tmux stopped", "recorder killed"],
  SSH_UNAVAILABLE: ["ssh killed", "wrapper killed"],
  TMUX_UNAVAILABLE: [...tmux, ...servers],
  STORAGE_FAILED: ["lock holder stopped", ...servers, "tmux stopped"],
};

/** Errors whose truth depends on the session; the driver judges them. */
const judged: ReadonlySet<string> = new Set([
  "SESSION_BUSY",
  "SESSION_EXISTS",
  "SESSION_NOT_FOUND",
  "SESSION_DISCONNECTED",
  "COMMAND_NOT_FOUND",
  "CURSOR_INVALID",
  "EXPECTATION_FAILED",
]);

/** Makes the calls, and checks of each answer what needs no knowledge of the command. */
export class Caller {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The exchange if it was answered; without an answer only what ran can tell. */
  async call(
    client: ChaosClient,
    model: SessionModel,
    step: string,
    tool: string,
    args: Arguments,
  ): Promise<Answered | undefined> {
    const journal = this.#journal;
    const fromMs = performance.now();
    const answer = await client.call(tool, { ...args }, hangMs);
    const exchange = {
      tool,
      args,
      client: client.name,
      stderr: client.stderr,
      step,
      fromMs,
      untilMs: performance.now(),
      answer,
    };
    const code = answer.kind === "answer" ? answer.code : answer.kind;
    journal.countCall(tool, exchange.untilMs - fromMs, code);
    journal.note(`${step} ${client.name} ${tool} ${shortly(args)} → ${describe(answer)}`);
    this.#checkTime(exchange);
    if (answer.kind !== "answer") return undefined;
    const answered = { ...exchange, answer };
    this.#checkWords(answered);
    this.#checkError(answered, model);
    return answered;
  }

  violate({ step, tool, args, client, answer, stderr }: Exchange, what: string): void {
    const isBug = answer.kind === "answer" && answer.code === "INTERNAL";
    const got =
      answer.kind === "answer" ? JSON.stringify(answer.fields) + (isBug ? stderr : "") : answer.kind;
    this.#journal.violate({ step, what, call: `${client} ${tool} ${JSON.stringify(args)}`, got });
  }

  #checkTime(exchange: Exchange): void {
    const { args, fromMs, untilMs, answer } = exchange;
    this.#journal.check("answered in time");
    const asked = Number(args["wait_seconds"] ?? args["timeout_seconds"] ?? 0) * 1_000;
    const limitMs = asked + ownLimitMs + this.#journal.disturbedMs(fromMs, untilMs);
    if (answer.kind === "late" || untilMs - fromMs > limitMs)
      this.violate(exchange, `no answer for ${Math.round((untilMs - fromMs) / 1_000)} s`);
  }

  #checkWords(exchange: Answered): void {
    const { fields, text, isError } = exchange.answer;
    this.#journal.check("words are our own");
    const error = Object(fields["error"]);
    const words = [fields["message"], fields["next"], error.message, error.hint].join(" ");
    if (words.includes("OUT-")) this.violate(exchange, "output of the host in our words");
    if (isError !== text.startsWith(`${exchange.answer.code}: `) || /undefined|\[object/.test(words))
      this.violate(exchange, "not the form of an answer");
  }

  #checkError(exchange: Answered, { name }: SessionModel): void {
    const { code } = exchange.answer;
    if (code === undefined) return;
    this.#journal.check("the error has its cause");
    if (judged.has(code)) return;
    const { fromMs, untilMs } = exchange;
    const window = { fromMs: fromMs - lagMs, untilMs };
    if (!this.#journal.wasDisturbed(excuses[code] ?? [], name, window))
      this.violate(exchange, `${code} without a cause`);
  }
}

function shortly(args: Arguments): string {
  return JSON.stringify(args)
    .replaceAll(/"(\w+)":/g, "$1:")
    .slice(1, -1);
}

function describe(answer: Answer): string {
  if (answer.kind !== "answer") return answer.kind;
  const { fields, code, text } = answer;
  if (code !== undefined) return text.split("\n")[0]?.slice(0, 160) ?? code;
  const told = [
    "state",
    "ended_by",
    "command_id",
    "exit_code",
    "total_lines",
    "bytes_missed",
    "reconnected",
    "total_matches",
  ]
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name} ${String(fields[name])}`);
  const lost = fields["lost"] === undefined ? [] : [`lost ${JSON.stringify(fields["lost"])}`];
  return [...told, ...lost].join(", ") || "answered";
}
