import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

import { cautionAbout } from "./caution.ts";
import { fence } from "./fence.ts";
import { isRecord } from "./is-record.ts";

/** Facts under their names of the contract (snake_case); undefined ones are left out of the result. */
export type Facts = { readonly [name: string]: unknown };

/** A text of several lines: fenced in the text block, a field of its own in the structured part. */
export type Block = {
  readonly name: string;
  readonly text: string;
  readonly label: "remote" | "info";
  /** What stands in the structured part instead of the text. */
  readonly value?: unknown;
};

/**
 * What a tool has to say. `message` and `next` are our own words; every string in `facts` and `blocks` that comes
 * from a host is cleaned already. `lead` opens the header line of the text block.
 */
export type Reply = {
  readonly lead?: string;
  readonly message: string;
  readonly next?: string | undefined;
  readonly facts: Facts;
  readonly blocks?: readonly Block[];
};

/** Both forms of a reply, each complete alone; `textOnly` leaves out the structured one. */
export function renderReply(plain: Reply, { textOnly }: { textOnly: boolean }): CallToolResult {
  const reply = withCaution(plain);
  const content: CallToolResult["content"] = [{ type: "text", text: renderText(reply) }];
  return textOnly ? { content } : { content, structuredContent: renderStructured(reply) };
}

/** Facts that hold short texts of a host. */
const remoteFacts = ["where", "awaiting", "screen", "humans", "sessions"];

function withCaution(reply: Reply): Reply {
  const { facts, blocks = [] } = reply;
  const texts = blocks.filter(({ label }) => label === "remote").map(({ text }) => text);
  const short = remoteFacts.flatMap((name) => (facts[name] === undefined ? [] : JSON.stringify(facts[name])));
  const caution = cautionAbout([...texts, ...short].join("\n"));
  return caution === undefined ? reply : { ...reply, facts: { ...facts, caution } };
}

function renderStructured({ message, next, facts, blocks = [] }: Reply): Record<string, unknown> {
  const { state, exit_code, ...others } = facts;
  const texts = Object.fromEntries(blocks.map(({ name, text, value }) => [name, value ?? text]));
  return withoutAbsent({ message, next, state, exit_code, success: true, ...others, ...texts });
}

function renderText(reply: Reply): string {
  const { lead, message, next, facts, blocks = [] } = reply;
  const lines = lead === undefined ? [message] : [renderHeader(lead, facts), message];
  if (next !== undefined) lines.push(`next: ${next}`);
  lines.push(...renderFacts(facts, lead !== undefined), ...blocks.flatMap(renderBlock));
  return lines.join("\n");
}

const headerFacts: ReadonlySet<string> = new Set([
  "command_id",
  "exit_code",
  "duration_ms",
  "state",
  "where",
  "cursor",
]);

function renderHeader(lead: string, facts: Facts): string {
  const cursor = typeof facts["cursor"] === "string" ? `cursor ${facts["cursor"]}` : undefined;
  const parts = [lead, facts["state"], renderWhere(facts["where"]), cursor];
  return parts.filter((part) => typeof part === "string" && part !== "").join(" · ");
}

/** `deploy@web1:/srv/app (root, depth 1)`; a part that could be taken for something else is quoted. */
function renderWhere(where: unknown): string | undefined {
  if (!isRecord(where)) return undefined;
  const user = plainPart(where["user"]);
  const host = plainPart(where["host"]);
  const cwd = plainPart(where["cwd"]);
  const place = `${user === "" ? "" : `${user}@`}${host}${cwd === "" ? "" : `:${cwd}`}`;
  const depth = typeof where["depth"] === "number" && where["depth"] > 0 ? `depth ${where["depth"]}` : "";
  const notes = [where["is_root"] === true ? "root" : "", depth].filter((note) => note !== "").join(", ");
  return notes === "" ? place : `${place} (${notes})`.trimStart();
}

function plainPart(value: unknown): string {
  return typeof value === "string" && value !== "" ? quoteUnlessPlain(value) : "";
}

function renderFacts(facts: Facts, hasHeader: boolean): string[] {
  const short: string[] = [];
  const long: string[] = [];
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || (hasHeader && headerFacts.has(name))) continue;
    if (Array.isArray(value) && value.some(isRecord)) {
      long.push(`${name}:`, ...value.map((item) => `- ${JSON.stringify(withoutAbsentDeep(item))}`));
    } else if (isRecord(value)) long.push(`${name}: ${JSON.stringify(withoutAbsentDeep(value))}`);
    else
      short.push(`${name}: ${typeof value === "string" ? quoteUnlessPlain(value) : JSON.stringify(value)}`);
  }
  return short.length === 0 ? long : [short.join(" · "), ...long];
}

function renderBlock({ name, text, label }: Block): string[] {
  if (name === "output") return [text === "" ? "(no output)" : fence(label, text)];
  return text === "" ? [] : [`${name}:`, fence(label, text)];
}

function quoteUnlessPlain(text: string): string {
  return /^[\p{L}\p{N}@%+=:,./~_-]+$/u.test(text) ? text : JSON.stringify(text);
}

function withoutAbsent(record: Facts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function withoutAbsentDeep(value: unknown): unknown {
  return isRecord(value) ? withoutAbsent(value) : value;
}
