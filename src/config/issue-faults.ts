import type { z } from "zod";

import { nearestName } from "../base/nearest-name.ts";
import { excerptOf, type Fault, type Place } from "./fault.ts";
import { guideFor } from "./key-guide.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** The text that places refer to, and what hides its secrets. */
export type FaultContext = { readonly lines: readonly string[]; readonly mask: (text: string) => string };

export type FaultWords = { readonly message: string; readonly expected: string; readonly fix: string };

export function faultAt(context: FaultContext, place: Place, words: FaultWords, connection?: string): Fault {
  const excerpt = excerptOf((context.lines[place.line - 1] ?? "").replace(/\r$/, ""), context.mask);
  return { ...place, excerpt, ...words, ...(connection === undefined ? {} : { connection }) };
}

/** The value for zod: maps as objects without prototype, null-valued and `dropped` entries left out, scalars as they are. */
export function toPlain(
  node: YamlNode,
  isDropped: (key: string, value: YamlNode) => boolean = isNull,
): unknown {
  if (node.kind === "scalar") return node;
  if (node.kind === "list") return node.items.map((item) => toPlain(item));
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, { value }] of node.entries) if (!isDropped(key, value)) plain[key] = toPlain(value);
  return plain;
}

function isNull(_key: string, value: YamlNode): boolean {
  return value.kind === "scalar" && value.value === null;
}

/** One fault for each issue, and for each unknown key of an issue; `keysAt` names the keys that may stand at a path. */
export function faultsOfIssues(
  context: FaultContext,
  issues: readonly z.core.$ZodIssue[],
  where: {
    readonly node: YamlNode;
    readonly place: Place;
    readonly keysAt: (path: readonly PropertyKey[]) => readonly string[];
    readonly connection?: string;
  },
): Fault[] {
  return issues.flatMap((issue) => {
    const unknown = unknownKeys(issue);
    if (unknown.length === 0)
      return [faultAt(context, placeOfPath(where, issue.path), wordsOf(issue, where.node), where.connection)];
    return unknown.map(({ path, key }) => {
      const place = placeOfPath(where, [...path, key], true);
      return faultAt(context, place, unknownKeyWords(key, where.keysAt(path)), where.connection);
    });
  });
}

export function unknownKeyWords(key: string, candidates: readonly string[]): FaultWords {
  const nearest = key.length > 40 ? undefined : nearestName(key, candidates);
  return {
    message: `unknown key ${JSON.stringify(key.slice(0, 100))}`,
    expected: `one of ${candidates.join(", ")}`,
    fix: nearest === undefined ? "remove it" : `did you mean \`${nearest}\`?`,
  };
}

function unknownKeys(issue: z.core.$ZodIssue): { path: PropertyKey[]; key: string }[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: issue.path, key }));
  const last = issue.path.at(-1);
  if (issue.code !== "custom" || issue.params?.["unknown"] !== true || typeof last !== "string") return [];
  return [{ path: issue.path.slice(0, -1), key: last }];
}

function wordsOf(issue: z.core.$ZodIssue, root: YamlNode): FaultWords {
  const key = issue.path[0];
  const guide = guideFor(key);
  const params = issue.code === "custom" ? issue.params : undefined;
  const fix = typeof params?.["fix"] === "string" ? params["fix"] : `write for example \`${guide.example}\``;
  if (key === undefined) return { message: `this ${issue.message}`, expected: guide.expected, fix };
  if (root.kind === "map" && !root.entries.has(String(key)))
    return {
      message: `${String(key)} is missing`,
      expected: guide.expected,
      fix: `add \`${guide.example}\``,
    };
  const subject = issue.path.map(String).join(".");
  return {
    message: params?.["whole"] === true ? issue.message : `${subject} ${issue.message}`,
    expected: guide.expected,
    fix,
  };
}

function placeOfPath(
  where: { readonly node: YamlNode; readonly place: Place },
  path: readonly PropertyKey[],
  ofKey = false,
): Place {
  let node = where.node;
  let place = where.place;
  for (const [at, part] of path.entries()) {
    const entry = node.kind === "map" ? node.entries.get(String(part)) : undefined;
    const next = entry?.value ?? (node.kind === "list" ? node.items[Number(part)] : undefined);
    if (next === undefined) return place;
    place =
      at === path.length - 1 && entry !== undefined && (ofKey || next.kind !== "scalar")
        ? entry.keyPlace
        : next.place;
    node = next;
  }
  return place;
}
