import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from "yaml";

import type { Place } from "./fault.ts";
import { resolvePlainScalar, type ScalarValue } from "./yaml-scalar.ts";

const maxNodes = 50_000;
const maxDepth = 50;

/** `text` is the scalar as written, without quotes; `value` what YAML 1.1 makes of it. */
export type YamlScalar = {
  readonly kind: "scalar";
  readonly text: string;
  readonly value: ScalarValue;
  readonly place: Place;
};
export type YamlEntry = { readonly keyPlace: Place; readonly value: YamlNode };
export type YamlMap = {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, YamlEntry>;
  readonly place: Place;
};
export type YamlList = { readonly kind: "list"; readonly items: readonly YamlNode[]; readonly place: Place };
export type YamlNode = YamlScalar | YamlMap | YamlList;

export type YamlComplaint = { readonly place: Place; readonly message: string; readonly fix: string };

/** Ends the reading of the whole document. */
export class YamlRefusal extends Error {
  readonly complaint: YamlComplaint;

  constructor(place: Place, message: string, fix: string) {
    super(message);
    this.complaint = { place, message, fix };
  }
}

type Build = {
  readonly lines: LineCounter;
  readonly warnings: YamlComplaint[];
  readonly anchors: Map<string, { node: YamlNode | undefined; size: number }>;
  depth: number;
  size: number;
};

/** Aliases and merge keys resolved, duplicate keys warned of. Throws YamlRefusal. */
export function buildYamlTree(
  contents: Node,
  lines: LineCounter,
): { root: YamlNode; warnings: readonly YamlComplaint[] } {
  const build: Build = { lines, warnings: [], anchors: new Map(), depth: 0, size: 0 };
  return { root: buildNode(contents, build), warnings: build.warnings };
}

function buildNode(node: unknown, build: Build): YamlNode {
  if (isAlias(node)) return followAlias(node.source, placeOf(node, build), build);
  const place = placeOf(node, build);
  grow(build, 1, place);
  if (build.depth >= maxDepth) {
    throw new YamlRefusal(
      place,
      `the file is nested deeper than ${maxDepth} levels`,
      "no key of the configuration needs that: make it flatter",
    );
  }
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  const sizeBefore = build.size;
  if (anchor !== undefined) build.anchors.set(anchor, { node: undefined, size: 0 });
  build.depth++;
  const built = buildContent(node, place, build);
  build.depth--;
  if (anchor !== undefined) build.anchors.set(anchor, { node: built, size: build.size - sizeBefore + 1 });
  return built;
}

function buildContent(node: unknown, place: Place, build: Build): YamlNode {
  if (isMap(node)) return buildMap(node, place, build);
  if (isSeq(node)) {
    refuseTag(node.tag, "seq", place);
    return { kind: "list", items: node.items.map((item) => buildNode(item, build)), place };
  }
  if (isScalar(node)) {
    const text = typeof node.value === "string" ? node.value : "";
    return { kind: "scalar", text, value: scalarValue(text, node.type, node.tag, place), place };
  }
  return { kind: "scalar", text: "", value: null, place };
}

/** The parts of an alias were counted once where they stand; here they count again, so that a bomb is refused unexpanded. */
function followAlias(name: string, place: Place, build: Build): YamlNode {
  const anchor = build.anchors.get(name);
  if (anchor === undefined) {
    throw new YamlRefusal(
      place,
      `*${name} points to nothing`,
      `put &${name} before the value that it stands for, above this line`,
    );
  }
  if (anchor.node === undefined)
    throw new YamlRefusal(place, `*${name} contains itself`, "write the value out");
  grow(build, anchor.size, place);
  return anchor.node;
}

function buildMap(map: YAMLMap, place: Place, build: Build): YamlMap {
  refuseTag(map.tag, "map", place);
  const own = new Map<string, YamlEntry>();
  const merged = new Map<string, YamlEntry>();
  for (const pair of map.items) {
    const key = buildNode(pair.key, build);
    const keyPlace = isAlias(pair.key) ? placeOf(pair.key, build) : key.place;
    if (key.kind !== "scalar")
      throw new YamlRefusal(keyPlace, "a map or list stands as a key", "use a name as the key");
    const value = buildNode(pair.value, build);
    if (isMergeKey(pair.key)) mergeInto(merged, value, keyPlace, build);
    else addEntry(own, key.text, { keyPlace, value: atKeyIfEmpty(value, keyPlace) }, build);
  }
  return { kind: "map", entries: merged.size === 0 ? own : new Map([...merged, ...own]), place };
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.value === "<<";
}

function atKeyIfEmpty(value: YamlNode, keyPlace: Place): YamlNode {
  return value.kind === "scalar" && value.text === "" ? { ...value, place: keyPlace } : value;
}

function addEntry(entries: Map<string, YamlEntry>, key: string, entry: YamlEntry, build: Build): void {
  const earlier = entries.get(key);
  if (earlier !== undefined) {
    build.warnings.push({
      place: entry.keyPlace,
      message: `${JSON.stringify(key)} stands here a second time (first on line ${earlier.keyPlace.line}); the last one counts`,
      fix: "keep one of them",
    });
    entries.delete(key);
  }
  entries.set(key, entry);
}

/** As PyYAML: of several merged maps the first that has a key gives it; the map's own keys win over all. */
function mergeInto(merged: Map<string, YamlEntry>, value: YamlNode, place: Place, build: Build): void {
  const sources = value.kind === "list" ? value.items : [value];
  for (const source of sources) {
    if (source.kind !== "map")
      throw new YamlRefusal(place, "<< needs a map or a list of maps", "point it to an &anchor of a map");
    grow(build, source.entries.size, place);
    for (const [key, entry] of source.entries) if (!merged.has(key)) merged.set(key, entry);
  }
}

function scalarValue(
  text: string,
  type: string | undefined,
  tag: string | undefined,
  place: Place,
): ScalarValue {
  const short = tag?.replace(/^tag:yaml\.org,2002:/, "");
  if (short === undefined) return type === "PLAIN" ? resolvePlainScalar(text) : text;
  if (short === "str" || short === "!" || short === "timestamp") return text;
  if (short === "int" || short === "float" || short === "bool" || short === "null")
    return resolvePlainScalar(text);
  throw new YamlRefusal(
    place,
    `the tag ${JSON.stringify(tag)} is not understood`,
    "write the value without a tag",
  );
}

function refuseTag(tag: string | undefined, allowed: "map" | "seq", place: Place): void {
  if (tag === undefined || tag === "!" || tag === `tag:yaml.org,2002:${allowed}`) return;
  throw new YamlRefusal(
    place,
    `the tag ${JSON.stringify(tag)} is not understood`,
    "write the value without a tag",
  );
}

function grow(build: Build, by: number, place: Place): void {
  build.size += by;
  if (build.size <= maxNodes) return;
  throw new YamlRefusal(
    place,
    `the file holds more than ${maxNodes} values, aliases counted as what they stand for`,
    "make it smaller: a configuration of a thousand hosts needs far less",
  );
}

function placeOf(node: unknown, { lines }: Build): Place {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  const { line, col } = lines.linePos(range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Without places, for comparing. */
export function plainValue(node: YamlNode): unknown {
  if (node.kind === "scalar") return { text: node.text };
  if (node.kind === "list") return node.items.map(plainValue);
  return [...node.entries].map(([key, { value }]) => [key, plainValue(value)]);
}
