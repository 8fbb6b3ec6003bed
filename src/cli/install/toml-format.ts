import { parse, TomlError } from "smol-toml";

import { lineEnding, splice } from "./edit-lines.ts";
import { BrokenText, OtherStyle, type EntryPath, type Format } from "./format.ts";
import { isRecord, type EntryFields } from "./server-entry.ts";

/** TOML, where our entry is a table of its own, `[map.name]`, with the tables below it. */
export const tomlFormat: Format = {
  parse(text) {
    try {
      // Plain objects and dates, as in the other formats.
      return structuredClone(parse(text));
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw new BrokenText(
        error.line,
        error.message
          .split("\n", 1)
          .join("")
          .replace(/^Invalid TOML document: /, ""),
      );
    }
  },
  set(text, path, fields) {
    const eol = lineEnding(text);
    const table = renderTable(path, fields).join(eol);
    const standing = findTables(text, path);
    const [first] = standing;
    if (first !== undefined)
      return splice(without(text, standing.slice(1)), first.from, first.to, `${table}${eol}`);
    const before = text === "" || text.endsWith("\n") ? text : `${text}${eol}`;
    return `${before}${/(?:^|\n)\r?\n$/.test(before) || before === "" ? "" : eol}${table}${eol}`;
  },
  remove(text, path) {
    const standing = findTables(text, path);
    if (standing.length === 0) throw new OtherStyle(`${path[0]}.${path[1]} is no table of its own`);
    return without(text, standing);
  },
};

type Block = { readonly from: number; readonly to: number };

/** The lines of the tables at and below the path: from the header to the last line before the next that is neither blank nor a comment. */
function findTables(text: string, [map, name]: EntryPath): Block[] {
  const key = (word: string) =>
    `(?:${RegExp.escape(word)}|"${RegExp.escape(word)}"|'${RegExp.escape(word)}')`;
  const ours = new RegExp(String.raw`^[ \t]*\[[ \t]*${key(map)}[ \t]*\.[ \t]*${key(name)}[ \t]*[.\]]`);
  const blocks: { from: number; to: number }[] = [];
  let open: { from: number; to: number } | undefined;
  let offset = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (/^[ \t]*\[/.test(line)) {
      open = ours.test(line) ? { from: offset, to: offset } : undefined;
      if (open !== undefined) blocks.push(open);
    }
    offset += line.length;
    if (open !== undefined && !/^\s*(?:#.*\s*)?$/.test(line)) open.to = offset;
  }
  return blocks;
}

/** With one of the blank lines around each. */
function without(text: string, blocks: readonly Block[]): string {
  return blocks.toReversed().reduce((rest, { from, to }) => {
    const blank = /\n(\r?\n)$/.exec(rest.slice(0, from))?.[1] ?? "";
    return splice(rest, from - blank.length, to, "");
  }, text);
}

function renderTable([map, name]: EntryPath, fields: EntryFields): string[] {
  const lines = Object.entries(fields).map(([key, value]) => `${renderKey(key)} = ${renderValue(value)}`);
  return [`[${renderKey(map)}.${renderKey(name)}]`, ...lines];
}

function renderKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

function renderValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderValue).join(", ")}]`;
  if (value instanceof Date) return value.toISOString();
  if (!isRecord(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, within]) => `${renderKey(key)} = ${renderValue(within)}`);
  return `{ ${pairs.join(", ")} }`;
}
