import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AuditTrail, type AuditFacts } from "../../../src/policy/audit-trail.ts";
import { pastActs } from "../../../src/policy/past-acts.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "acts-"));
  path = join(folder, "audit.jsonl");
});

afterEach(() => rmSync(folder, { recursive: true }));

async function write(limitBytes: number, ...all: readonly AuditFacts[]): Promise<void> {
  const audit = new AuditTrail(path, folder, undefined, limitBytes);
  for (const facts of all) await audit.append(facts);
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index): AuditFacts => ({ act: "input", session: "s", text: `${index}` }));
const texts = (session?: string, mostBytes?: number) =>
  pastActs(path, session, mostBytes).acts.map(({ text }) => text);

test("what there is none of tells nothing", () => {
  expect(pastActs(join(folder, "gone", "audit.jsonl"))).toEqual({ acts: [], since: undefined });
  expect(pastActs(path)).toEqual({ acts: [], since: undefined });
});

test("all kept files are read, the oldest record first", async () => {
  await write(400, ...numbered(8));
  expect(texts()).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  expect(pastActs(path).since).toBeUndefined();
});

test("of more than is to be read the newest part is, and from when on is told", async () => {
  await write(400, ...numbered(8));
  const newest = texts(undefined, 500);
  expect(newest.length).toBeWithin(1, 4);
  expect(newest).toEqual(texts().slice(-newest.length));
  expect(pastActs(path, undefined, 500).since).toMatch(/^20\d\d-/);
});

test("another session's acts are left out, also one whose text names this one, and what the ledgers tell", async () => {
  await write(
    1_000_000,
    { act: "input", session: "s2", text: '"session":"s"' },
    { act: "command", session: "s", text: "in the ledger" },
    { act: "input", session: "s", text: "this" },
    { act: "pause" },
  );
  expect(texts("s")).toEqual(["this"]);
});

test("a beginning and its end are one, of two that ran at once each its own; without an end it stands alone", async () => {
  const begun = (remote: string): AuditFacts => ({
    act: "transfer",
    session: "s",
    direction: "upload",
    remote,
  });
  await write(1_000_000, begun("/a"), begun("/b"), begun("/c"));
  await write(1_000_000, { ...begun("/b"), failed: "INTERNAL" }, { ...begun("/a"), bytes: 3 }, begun("/a"));
  expect(pastActs(path).acts).toMatchObject([
    { remote: "/a", bytes: 3, endedAt: expect.any(String) },
    { remote: "/b", failed: "INTERNAL" },
    { remote: "/c" },
    { remote: "/a" },
  ]);
  expect(pastActs(path).acts[3]).not.toHaveProperty("endedAt");
});
