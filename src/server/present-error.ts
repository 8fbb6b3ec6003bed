import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

import { UserError, type ErrorDetails } from "../base/user-error.ts";
import { cautionAbout } from "./caution.ts";
import { fence } from "./fence.ts";
import { cleanField, cleanText, sliceWhole } from "./remote-text.ts";

const maxScreenChars = 8000;
const maxDetailDepth = 4;

/** The error as a tool result. What is not a UserError is a bug: its text stays with us. */
export function presentError(error: unknown, { textOnly }: { textOnly: boolean }): CallToolResult {
  const { code, message: fact, hint: advice, details } = error instanceof UserError ? error : internalError();
  const [message, hint] = [oneLine(fact), oneLine(advice)] as const;
  const { screen, ...facts } = withCaution(cleanDetails(details));
  const lines = [`${code}: ${message}`, `hint: ${hint}`];
  if (Object.keys(facts).length > 0) lines.push(`details: ${JSON.stringify(facts)}`);
  if (screen !== undefined) lines.push(fence("remote", screen));
  const content: CallToolResult["content"] = [{ type: "text", text: lines.join("\n") }];
  if (textOnly) return { isError: true, content };
  const shown = { ...facts, ...(screen === undefined ? {} : { screen }) };
  const structured = { code, message, hint, ...(Object.keys(shown).length === 0 ? {} : { details: shown }) };
  return { isError: true, content, structuredContent: { error: structured } };
}

/** An argument that is quoted in it may hold anything. */
function oneLine(words: string): string {
  return cleanText(words).replaceAll("\n", " ");
}

function internalError(): UserError {
  return new UserError(
    "INTERNAL",
    "something went wrong inside this server",
    "Look at the session with get_terminal_output before trying again; the server's stderr has the details.",
  );
}

type CleanDetails = { readonly screen?: string; readonly [name: string]: unknown };

function cleanDetails(details: ErrorDetails | undefined): CleanDetails {
  const { screen, ...others } = details ?? {};
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) facts[snakeCase(name)] = cleanDetail(value, 1);
  }
  return typeof screen === "string" && screen !== "" ? { ...facts, screen: endOf(cleanText(screen)) } : facts;
}

function withCaution(details: CleanDetails): CleanDetails {
  const caution = cautionAbout(details.screen ?? "");
  return caution === undefined ? details : { ...details, caution };
}

function cleanDetail(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cleanField(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDetailDepth) return undefined;
  if (Array.isArray(value)) return value.map((item) => cleanDetail(item, depth + 1));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [snakeCase(name), cleanDetail(item, depth + 1)]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The end of a screen says most. */
function endOf(screen: string): string {
  return screen.length <= maxScreenChars
    ? screen
    : `…${sliceWhole(screen, screen.length - maxScreenChars + 1)}`;
}
