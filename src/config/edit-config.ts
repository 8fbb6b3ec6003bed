import {
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseDocument,
  type Pair,
  type YAMLMap,
} from "yaml";

import { UserError } from "../base/user-error.ts";
import { parseConfig } from "./parse-config.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Folders } from "./read-connection.ts";
import { plainValue } from "./yaml-tree.ts";

/** A connection as config.yml has it, keys in its spelling. */
export type ConnectionKeys = Readonly<
  Record<string, string | number | boolean | Readonly<Record<string, string | boolean>>>
>;

/** `path` and `folders` are for the faults that the changed text may have. */
export type EditedFile = { readonly text: string; readonly path: string; readonly folders: Folders };

const byHand = "Edit the file by hand, then run: mcp-ssh-interactive validate";

/** The names under `connections`, faulty ones too. Throws InvalidConfig for text that is no configuration; blank text has none. */
export function connectionNames({ text, path, folders }: EditedFile): string[] {
  if (isBlank(text)) return [];
  return [...parseConfig(text, path, folders).reads.keys()];
}

/** The text with the connection as the last one, and otherwise as it was. Throws CONFIG_INVALID where that cannot be. */
export function addConnection(file: EditedFile, name: string, keys: ConnectionKeys): string {
  if (connectionNames(file).includes(name))
    throw new UserError(
      "CONFIG_INVALID",
      `there is a connection ${JSON.stringify(name)} already`,
      "Choose another name.",
    );
  const text = withLineEnd(file.text);
  const added = inLineEnds(text, insert(text, name, keys));
  checkChange(file, added, name);
  return added;
}

/** The text without the connection; comments above it stay, those inside it go. Throws CONFIG_INVALID where that cannot be. */
export function removeConnection(file: EditedFile, name: string): string {
  const { map } = connectionsOf(file.text);
  if (map === undefined) throw new UserError("CONFIG_INVALID", `${file.path} holds no map of names`, byHand);
  const removed = takeOut(file.text, map, name);
  checkChange(file, removed, name);
  return removed;
}

/** The configuration of a tree that has no connection yet. */
export const emptyConfig =
  "# What each key means: the README. What is wrong with it: mcp-ssh-interactive validate\nconnections: {}\n";

function isBlank(text: string): boolean {
  const { root, complaints } = parseYaml(text);
  return root === undefined && complaints.length === 0;
}

function insert(text: string, name: string, keys: ConnectionKeys): string {
  if (isBlank(text)) return `${text}connections:\n${render(name, keys, 2)}`;
  const { map, range } = connectionsOf(text);
  const [from = 0, to = 0] = range ?? [];
  if (map === undefined || map.items.length === 0) {
    const rest = text.slice(to).replace(/^[ \t]+(?=[#\n])/, (blanks) => ` ${blanks.slice(1)}`);
    return `${text.slice(0, from).trimEnd()}${breakLine(rest, render(name, keys, 2))}`;
  }
  if (map.flow === true) {
    const inner = text.slice(0, to - 1).trimEnd();
    return `${inner}${inner.endsWith(",") ? "" : ","} ${renderFlow(name, keys)}${text.slice(to - 1)}`;
  }
  const column = from - (text.lastIndexOf("\n", from - 1) + 1);
  const at = endOfBlock(text, contentEnd(map), column);
  return text.slice(0, at) + render(name, keys, column) + text.slice(at);
}

/** What stands behind a value on its own line stays there. */
function breakLine(rest: string, block: string): string {
  const end = rest.indexOf("\n");
  return `${rest.slice(0, end)}\n${block}${rest.slice(end + 1)}`;
}

/** Where the line after the last entry begins; comments indented as the entries belong to them. */
function endOfBlock(text: string, valueEnd: number, column: number): number {
  let at = lineEnd(text, text.slice(0, valueEnd).trimEnd().length);
  for (;;) {
    const comment = /^(?:[ \t]*\r?\n)*([ \t]*)#[^\n]*\n/.exec(text.slice(at));
    if (comment === null || (comment[1]?.length ?? 0) < Math.max(1, column)) return at;
    at += comment[0].length;
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
}

function takeOut(text: string, map: YAMLMap, name: string): string {
  const index = map.items.findIndex((pair) => keyOf(pair) === name);
  const pair = map.items[index];
  if (pair === undefined) return text;
  const [start, end] = spanOf(pair);
  if (map.flow === true) {
    const next = map.items[index + 1];
    const before = map.items[index - 1];
    if (next !== undefined) return text.slice(0, start) + text.slice(spanOf(next)[0]);
    return text.slice(0, before === undefined ? start : spanOf(before)[1]) + text.slice(end);
  }
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const rest = text.slice(lineEnd(text, text.slice(0, end).trimEnd().length));
  if (map.items.length > 1) return text.slice(0, from) + rest;
  return `${text.slice(0, from).replace(/(\r?\n)$/, " {}$1")}${rest}`;
}

/** From the key's first character to the value's last one. */
function spanOf({ key, value }: Pair): [from: number, to: number] {
  const [start = 0, keyEnd = 0] = isScalar(key) ? (key.range ?? []) : [];
  return [start, Math.max(keyEnd, contentEnd(value))];
}

/** A block's own range also holds the comments that follow it. */
function contentEnd(node: unknown): number {
  if (isPair(node)) return spanOf(node)[1];
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return contentEnd(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/** `range` is that of the value of `connections`; `map` is undefined where it is no map of its own. */
function connectionsOf(text: string): {
  readonly map: YAMLMap | undefined;
  readonly range: readonly number[] | undefined;
} {
  const { contents } = parseDocument(text, { version: "1.1", schema: "failsafe", uniqueKeys: false });
  const pair = isMap(contents) ? contents.items.findLast((item) => keyOf(item) === "connections") : undefined;
  const value = pair?.value;
  if (isMap(value)) return { map: value, range: value.range ?? undefined };
  return { map: undefined, range: isScalar(value) ? (value.range ?? undefined) : undefined };
}

function render(name: string, keys: ConnectionKeys, column: number): string {
  const document = new Document({ [name]: keys }, { version: "1.1" });
  for (const [key, value] of Object.entries(keys)) {
    const node = typeof value === "object" ? document.getIn([name, key]) : undefined;
    if (isMap(node)) node.flow = true;
  }
  const lines = document
    .toString({ lineWidth: 0, flowCollectionPadding: false, directives: false })
    .trimEnd()
    .split("\n");
  return lines.map((line) => `${" ".repeat(column)}${line}\n`).join("");
}

function renderFlow(name: string, keys: ConnectionKeys): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(keys)}`;
}

function withLineEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function inLineEnds(model: string, text: string): string {
  return model.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text;
}

/** Everything but the connection of that name must be read from the new text as from the old. */
function checkChange(file: EditedFile, changed: string, name: string): void {
  const before = restOf(file.text, name);
  if (before === restOf(changed, name)) {
    parseConfig(changed, file.path, file.folders);
    return;
  }
  throw new UserError(
    "CONFIG_INVALID",
    `${file.path} is written in a way that cannot be changed without changing more than ${JSON.stringify(name)}`,
    byHand,
  );
}

function restOf(text: string, name: string): string {
  const { root, complaints } = parseYaml(text);
  if (complaints.length > 0) return JSON.stringify(complaints);
  const rest = root?.kind === "map" ? new Map(root.entries) : new Map();
  const connections = rest.get("connections")?.value;
  rest.delete("connections");
  const others = connections?.kind === "map" ? [...connections.entries] : [];
  return JSON.stringify([
    [...rest].map(([key, { value }]) => [key, plainValue(value)]),
    others.filter(([key]) => key !== name).map(([key, { value }]) => [key, plainValue(value)]),
  ]);
}
