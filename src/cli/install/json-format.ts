import {
  findNodeAtLocation,
  parse,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";

import { indentOf, indentStep, lineEnding, lineNumber, lineStart, nextLine, splice } from "./edit-lines.ts";
import { BrokenText, OtherStyle, type Format } from "./format.ts";

const tolerant = { allowTrailingComma: true, allowEmptyContent: true };

/** JSON, also with comments and commas before closing brackets. */
export const jsonFormat: Format = {
  parse: parseJson,
  set(text, path, fields) {
    const [map, name] = path;
    const source =
      text.trim() === "" ? `${text.startsWith("\uFEFF") ? "\uFEFF" : ""}{}${lineEnding(text)}` : text;
    const root = treeOf(source);
    const standing = findNodeAtLocation(root, [...path]);
    if (standing !== undefined) return replaceValue(source, standing, fields);
    const entries = findNodeAtLocation(root, [map]);
    if (entries !== undefined && entries.type !== "object") throw new OtherStyle(`${map} is no map`);
    return entries === undefined
      ? insertProperty(source, root, map, { [name]: fields })
      : insertProperty(source, entries, name, fields);
  },
  remove(text, path) {
    const standing = findNodeAtLocation(treeOf(text), [...path]);
    return standing?.parent === undefined ? text : removeProperty(text, standing.parent);
  },
};

function parseJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(withoutMark(text), errors, tolerant);
  const [first] = errors;
  if (first !== undefined)
    throw new BrokenText(
      lineNumber(withoutMark(text), first.offset),
      wordsFor(printParseErrorCode(first.error)),
    );
  return value ?? {};
}

/** The parser takes a byte order mark for a fault; a blank keeps all offsets. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, " ");
}

/** `PropertyNameExpected` → `property name expected`. */
function wordsFor(code: string): string {
  return code
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^./, (letter) => letter.toLowerCase());
}

function treeOf(text: string): Node {
  const root = parseTree(withoutMark(text), [], tolerant);
  if (root?.type !== "object") throw new OtherStyle("it holds no map");
  return root;
}

function replaceValue(text: string, value: Node, fields: unknown): string {
  const rendered = isOneLine(text, value)
    ? JSON.stringify(fields)
    : render(text, fields, indentOf(text, value.offset));
  return splice(text, value.offset, value.offset + value.length, rendered);
}

/** After the last one, in the style of those before it: each on its line or all on one, with or without a last comma. */
function insertProperty(text: string, object: Node, key: string, value: unknown): string {
  const last = object.children?.at(-1);
  if (last === undefined) return insertFirst(text, object, key, value);
  const end = last.offset + last.length;
  if (isOneLine(text, object))
    return splice(text, end, end, `, ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const indent = indentOf(text, last.offset);
  const { comma, lineEnd } = trailer(text, end);
  const property = `${lineEnding(text)}${indent}${JSON.stringify(key)}: ${render(text, value, indent)}${comma === undefined ? "" : ","}`;
  const inserted = splice(text, lineEnd, lineEnd, property);
  return comma === undefined ? splice(inserted, end, end, ",") : inserted;
}

function insertFirst(text: string, object: Node, key: string, value: unknown): string {
  const outer = indentOf(text, object.offset);
  const indent = outer + indentStep(text);
  const eol = lineEnding(text);
  const close = object.offset + object.length - 1;
  const within = text.slice(object.offset + 1, close);
  const property = `${eol}${indent}${JSON.stringify(key)}: ${render(text, value, indent)}`;
  return within.trim() === ""
    ? splice(text, object.offset + 1, close, `${property}${eol}${outer}`)
    : splice(text, object.offset + 1, object.offset + 1, property);
}

function removeProperty(text: string, property: Node): string {
  const object = property.parent;
  if (object?.children === undefined) return text;
  const at = object.children.indexOf(property);
  const before = object.children[at - 1];
  const end = property.offset + property.length;
  const { comma, lineEnd } = trailer(text, end);
  const start = lineStart(text, property.offset);
  const hasOwnLines =
    text.slice(start, property.offset).trim() === "" &&
    /^[ \t]*\r?$/m.test(text.slice(lineEnd, nextLine(text, lineEnd)));
  const removed = hasOwnLines
    ? splice(text, start, nextLine(text, lineEnd), "")
    : splice(text, property.offset, comma ?? end, "");
  const isLast = at === object.children.length - 1;
  if (before === undefined) return isLast ? emptied(removed, object.offset) : removed;
  const left = before.offset + before.length;
  const { comma: earlier } = trailer(text, left);
  // The comma before the last one goes with it, unless the text ends its maps with commas.
  return isLast && comma === undefined && earlier !== undefined
    ? splice(removed, earlier - 1, earlier, "")
    : removed;
}

/** A map without anything in it stands on one line. */
function emptied(text: string, brace: number): string {
  const blank = /^\{\s*\}/.exec(text.slice(brace))?.[0];
  return blank === undefined ? text : splice(text, brace, brace + blank.length, "{}");
}

const commaAhead = /(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/[^\n]*(?=\n|$))*,/y;
const restOfLine = /(?:[ \t]|\/\*(?:[^*\n]|\*(?!\/))*\*\/)*(?:\/\/[^\r\n]*)?/y;

/** What follows a value: the place after its comma, and the end of the line with the comment that stands there. */
function trailer(text: string, offset: number): { comma: number | undefined; lineEnd: number } {
  const comma = endOf(commaAhead, text, offset);
  return { comma, lineEnd: endOf(restOfLine, text, comma ?? offset) ?? offset };
}

function endOf(pattern: RegExp, text: string, offset: number): number | undefined {
  const from = new RegExp(pattern);
  from.lastIndex = offset;
  return from.test(text) ? from.lastIndex : undefined;
}

function isOneLine(text: string, node: Node): boolean {
  return (
    node.children !== undefined &&
    node.children.length > 0 &&
    !text.slice(node.offset, node.offset + node.length).includes("\n")
  );
}

function render(text: string, value: unknown, indent: string): string {
  return JSON.stringify(value, undefined, indentStep(text)).replaceAll("\n", `${lineEnding(text)}${indent}`);
}
