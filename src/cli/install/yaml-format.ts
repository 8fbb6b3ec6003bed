import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from "yaml";

import { indentOf, indentStep, lineEnding, lineStart, nextLine, splice } from "./edit-lines.ts";
import { BrokenText, OtherStyle, type Format } from "./format.ts";

/** YAML, where our entry is written in lines of its own below the map's key. */
export const yamlFormat: Format = {
  parse: (text) => documentOf(text).toJS() ?? {},
  set(text, [map, name], fields) {
    const eol = lineEnding(text);
    const document = documentOf(text);
    const pair = findPair(document.contents, map);
    const step = indentStep(text).replace("\t", "  ");
    if (pair === undefined)
      return `${text === "" || text.endsWith("\n") ? text : `${text}${eol}`}${lines({ [map]: { [name]: fields } }, "", step, eol)}`;
    const at = offsetOf(pair.key);
    if (!isMap(pair.value) || pair.value.items.length === 0) {
      const line = text
        .slice(at, nextLine(text, at))
        .replace(/(?<=:)[ \t]*(?:\{\s*\}|null|~)/, "")
        .replace(/\r?\n?$/, eol);
      return splice(text, at, nextLine(text, at), `${line}${lines({ [name]: fields }, step, step, eol)}`);
    }
    const standing = findPair(pair.value, name);
    const last = standing ?? pair.value.items.at(-1);
    const indent = indentOf(text, offsetOf(last?.key));
    const rendered = lines({ [name]: fields }, indent, step, eol);
    const end = endOf(text, last);
    if (standing !== undefined) return splice(text, lineStart(text, offsetOf(standing.key)), end, rendered);
    return splice(text, end, end, text[end - 1] === "\n" ? rendered : `${eol}${rendered.trimEnd()}`);
  },
  remove(text, [map, name]) {
    const pair = findPair(documentOf(text).contents, map);
    const standing = isMap(pair?.value) ? findPair(pair.value, name) : undefined;
    if (pair === undefined || standing === undefined || !isMap(pair.value)) return text;
    const removed = splice(text, lineStart(text, offsetOf(standing.key)), endOf(text, standing), "");
    if (pair.value.items.length > 1) return removed;
    const colon = removed.indexOf(":", offsetOf(pair.key)) + 1;
    return splice(removed, colon, colon, " {}");
  },
};

function documentOf(text: string): Document.Parsed {
  const document = parseDocument(text, { logLevel: "error" });
  const [error] = document.errors;
  if (error === undefined) return document;
  throw new BrokenText(
    error.linePos?.[0].line ?? 1,
    error.message
      .split("\n", 1)
      .join("")
      .replace(/ at line \d.*$/, ""),
  );
}

type KnownPair = Pair<unknown, unknown>;

function findPair(map: unknown, key: string): KnownPair | undefined {
  if (!isMap(map)) return undefined;
  const items: YAMLMap<unknown, unknown>["items"] = map.items;
  return items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function offsetOf(node: unknown): number {
  if (isScalar(node) && node.range) return node.range[0];
  throw new OtherStyle("a key is not written as one word");
}

/** The line after the last one of a pair; the comments below it are of what follows. */
function endOf(text: string, pair: KnownPair | undefined): number {
  const { value } = pair ?? {};
  const range = isNodeWithRange(value) ? value.range : undefined;
  const end = range?.[1] ?? offsetOf(pair?.key) + 1;
  return text[end - 1] === "\n" ? end : nextLine(text, end);
}

function isNodeWithRange(value: unknown): value is { range: [number, number, number] } {
  return typeof value === "object" && value !== null && "range" in value && Array.isArray(value.range);
}

function lines(value: unknown, indent: string, step: string, eol: string): string {
  const text = stringify(value, { indent: step.length, lineWidth: 0 });
  return text.replaceAll(/^(?=.)/gm, indent).replaceAll("\n", eol);
}
