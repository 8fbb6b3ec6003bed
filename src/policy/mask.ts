import { RE2JS, RE2JSSyntaxException } from "re2js";

import { UserError } from "../base/user-error.ts";
import { createWordMask, maskedFromLength, secretMask } from "../base/word-mask.ts";

export type TextMask = (text: string) => string;

/** How values may be written, kept from one mask to the next. */
export type Spellings = Map<string, readonly string[]>;

/**
 * Shows each of the values, and what each of the patterns (RE2) matches, as •••: as it stands, broken by ends of lines,
 * in base64, URL-encoded or as in a JSON string. `known` afterwards holds the spellings of these values alone. Throws
 * CONFIG_INVALID for a pattern that cannot be used.
 */
export function createMask(
  values: readonly string[],
  patterns: readonly string[],
  known: Spellings = new Map(),
): TextMask {
  const wanted = new Set(values.filter(({ length }) => length >= maskedFromLength));
  for (const value of known.keys()) if (!wanted.has(value)) known.delete(value);
  for (const value of wanted) if (!known.has(value)) known.set(value, spellings(value));
  const maskWords = createWordMask([...known.values()].flat());
  const engines = patterns.map(compileRedaction);
  return (text) => {
    let masked = maskWords(text);
    for (const engine of engines) masked = engine.matcher(masked).replaceAll(secretMask);
    return masked;
  };
}

/** What is wrong with a pattern of `settings.redact`, or undefined. */
export function redactionFault(pattern: string): string | undefined {
  try {
    const engine = RE2JS.compile(pattern, RE2JS.MULTILINE);
    return engine.matches("") || engine.matcher("").find() ? "it matches where there is nothing" : undefined;
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message;
    throw error;
  }
}

/** Each string within, `mask`ed; all else as it is. */
export function maskWithin<T>(value: T, mask: TextMask): T;
export function maskWithin(value: unknown, mask: TextMask): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item: unknown) => maskWithin(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskWithin(item, mask)]));
}

/** Lines of one text, masked also where a value is broken over several of them. */
export function maskLines(lines: readonly string[], mask: TextMask): string[] {
  const masked = mask(lines.join("\n")).split("\n");
  // A pattern of the configuration may take ends of lines with it.
  return masked.length === lines.length ? masked : lines.map(mask);
}

function compileRedaction(pattern: string): RE2JS {
  const fault = redactionFault(pattern);
  if (fault === undefined) return RE2JS.compile(pattern, RE2JS.MULTILINE);
  throw new UserError(
    "CONFIG_INVALID",
    `a pattern of settings.redact cannot be used: ${fault}`,
    "The user mends it in config.yml: RE2 syntax, no look-around, no back-references.",
  );
}

function spellings(value: string): string[] {
  return [...new Set([value, ...jsonSpellings(value), ...urlSpellings(value), ...base64Spellings(value)])];
}

function jsonSpellings(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = plain.replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [plain, ascii].flatMap((text) => [text, text.replaceAll("/", "\\/")]);
}

function urlSpellings(value: string): string[] {
  const component = encodeURIComponent(value.toWellFormed());
  const strict = component.replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const path = [component, strict].flatMap((text) => [text, text.replaceAll("%2F", "/")]);
  const form = path.flatMap((text) => [text, text.replaceAll("%20", "+")]);
  return form.flatMap((text) => [text, text.replace(/%../g, (escape) => escape.toLowerCase())]);
}

/** At each of the three places where it may begin within longer text: only the characters that it alone decides. */
function base64Spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
