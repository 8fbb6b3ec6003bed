import * as z from "zod";

import { nearestName } from "../base/nearest-name.ts";
import { UserError } from "../base/user-error.ts";
import { isRecord } from "./is-record.ts";

/** Numbers that were out of range, with the value taken instead. */
export type Adjusted = { readonly [name: string]: number };

export type Arguments<Values> = { readonly values: Values; readonly adjusted: Adjusted };

/**
 * The arguments of a call by the tool's schema, read as the tool contract says: null is absent, exact strings
 * stand for numbers, booleans and JSON, keys that clients add are dropped, numbers are clamped. Throws
 * INVALID_ARGUMENT for the rest.
 */
export function readArguments<Schema extends z.ZodObject>(
  toolName: string,
  schema: Schema,
  raw: Readonly<Record<string, unknown>>,
): Arguments<z.output<Schema>> {
  const adjusted: Record<string, number> = {};
  const usage = renderUsage(toolName, schema);
  const normalised = normaliseObject(schema, raw, { path: "", adjusted, usage });
  const parsed = schema.safeParse(normalised);
  if (parsed.success) return { values: parsed.data, adjusted };
  const issue = parsed.error.issues[0];
  throw new UserError("INVALID_ARGUMENT", renderIssue(issue, normalised), usage);
}

type Scope = { readonly path: string; readonly adjusted: Record<string, number>; readonly usage: string };

function normaliseObject(schema: z.ZodObject, raw: Readonly<Record<string, unknown>>, scope: Scope) {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (value === null || value === undefined || isClientKey(key)) continue;
    const parameter = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (parameter === undefined) throw unknownKey(key, schema, scope);
    result[key] = normaliseValue(unwrap(parameter), value, { ...scope, path: `${scope.path}${key}` });
  }
  return result;
}

function isClientKey(key: string): boolean {
  return key.startsWith("_") || key === "toolCallId" || key === "tool_call_description";
}

function normaliseValue(type: z.core.$ZodType, value: unknown, scope: Scope): unknown {
  if (type instanceof z.ZodNumber) return normaliseNumber(type, value, scope);
  if (type instanceof z.ZodBoolean) return value === "true" ? true : value === "false" ? false : value;
  if (type instanceof z.ZodArray) {
    const list = parseIf(Array.isArray, value);
    return typeof list === "string" ? [list] : list;
  }
  if (!(type instanceof z.ZodObject)) return value;
  const parsed = parseIf(isRecord, value);
  return isRecord(parsed) ? normaliseObject(type, parsed, { ...scope, path: `${scope.path}.` }) : parsed;
}

function normaliseNumber(type: z.ZodNumber, value: unknown, { path, adjusted }: Scope): unknown {
  const number = typeof value === "string" && exactNumber.test(value) ? Number(value) : value;
  if (typeof number !== "number") return value;
  const clamped = Math.min(Math.max(number, type.minValue ?? -Infinity), type.maxValue ?? Infinity);
  if (clamped !== number) adjusted[path] = clamped;
  return clamped;
}

const exactNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The JSON value of a string when it is of the wanted kind, else the value as it came. */
function parseIf(isWanted: (value: unknown) => boolean, value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return isWanted(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

function unknownKey(key: string, schema: z.ZodObject, { path, usage }: Scope): UserError {
  const nearest = nearestName(key.slice(0, 64), Object.keys(schema.shape));
  const hint = nearest === undefined ? usage : `Did you mean ${path}${nearest}? ${usage}`;
  return new UserError("INVALID_ARGUMENT", `there is no parameter ${quote(`${path}${key}`)}`, hint);
}

function renderIssue(issue: z.core.$ZodIssue | undefined, given: unknown): string {
  if (issue === undefined) return "the arguments do not fit";
  const name = issue.path.join(".");
  const value = issue.path.reduce<unknown>(
    (inside, key) => (isRecord(inside) && typeof key === "string" ? inside[key] : undefined),
    given,
  );
  if (value === undefined) return `${name} is missing`;
  if (issue.code === "custom") return `${name} ${issue.message}, not ${quote(value)}`;
  if (issue.code === "invalid_value")
    return `${name} must be one of ${issue.values.join(", ")}, not ${quote(value)}`;
  if (issue.code === "invalid_type")
    return `${name} must be ${kinds[issue.expected] ?? issue.expected}, not ${quote(value)}`;
  return `${name} does not fit: ${issue.message}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function renderUsage(toolName: string, schema: z.ZodObject): string {
  const names = Object.entries(schema.shape).map(([name, type]) =>
    type instanceof z.ZodOptional ? `${name}?` : name,
  );
  return names.length === 0 ? `${toolName} takes no arguments.` : `${toolName} takes ${names.join(", ")}.`;
}

function unwrap(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodOptional ? unwrap(type.unwrap()) : type;
}

/** What the caller gave, short enough for a message. */
function quote(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}
