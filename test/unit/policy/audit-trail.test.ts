import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { acquireFileLock } from "../../../src/platform/file-lock.ts";
import { auditFiles, AuditTrail } from "../../../src/policy/audit-trail.ts";
import { verifyAudit } from "../../../src/policy/verify-audit.ts";

let folder = "";
let path = "";
let audit: AuditTrail;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "audit-"));
  path = join(folder, "audit.jsonl");
  audit = new AuditTrail(path, folder);
});

afterEach(() => rmSync(folder, { recursive: true }));

const fill = async (count: number) => {
  for (let index = 0; index < count; index++) await audit.append({ act: "command", id: `c${index}` });
};
const lines = () => readFileSync(path, "utf8").trimEnd().split("\n");
const write = (changed: readonly string[]) => writeFileSync(path, `${changed.join("\n")}\n`);
const verify = () => verifyAudit(path, audit.notedHead());

test("a chain that many writers make at once is whole", async () => {
  const others = Array.from({ length: 4 }, () => new AuditTrail(path, folder));
  await Promise.all(
    others.map(async (each) => {
      for (let index = 0; index < 25; index++) await each.append({ act: "input", text: "x" });
    }),
  );
  expect(await verify()).toMatchObject({ head: { count: 100 }, faults: [], torn: [], from: 1 });
});

test.each<[string, (all: string[]) => string[]]>([
  ["changed", (all) => all.with(4, (all[4] ?? "").replace('"c4"', '"c9"'))],
  ["left out", (all) => all.toSpliced(4, 1)],
  ["put in", (all) => all.toSpliced(4, 0, all[2] ?? "")],
  ["moved", (all) => all.with(3, all[4] ?? "").with(4, all[3] ?? "")],
  ["replaced by noise", (all) => all.with(4, "noise")],
  ["cut off at the end", (all) => all.slice(0, -2)],
])("a record that was %s is found", async (_how, change) => {
  await fill(10);
  write(change(lines()));
  expect((await verify()).faults.length).toBeGreaterThan(0);
});

test("what a crash left of a record is told, and the chain goes on behind it", async () => {
  await fill(3);
  appendFileSync(path, '{"n":4,"at":"2026-01-01T00:00:0');
  await fill(2);
  expect(await verify()).toMatchObject({ head: { count: 5 }, faults: [], torn: [{ line: 4 }] });
});

test("a crash between a record and the note of it loses nothing", async () => {
  await fill(3);
  const noted = readFileSync(join(folder, "audit.head"));
  await fill(1);
  writeFileSync(join(folder, "audit.head"), noted);
  await fill(1);
  expect(await verify()).toMatchObject({ head: { count: 5 }, faults: [] });
});

test("without its note the chain goes on, and a file that was emptied shows", async () => {
  await fill(3);
  rmSync(join(folder, "audit.head"));
  await fill(1);
  expect(await verify()).toMatchObject({ head: { count: 4 }, faults: [] });
  truncateSync(path, 0);
  await fill(1);
  expect(await verify()).toMatchObject({
    from: 5,
    faults: [{ what: expect.stringContaining("are missing") }],
  });
});

test("others may go on while it is checked", async () => {
  await fill(3);
  const noted = audit.notedHead();
  await fill(2);
  expect(await verifyAudit(path, noted)).toMatchObject({ head: { count: 5 }, faults: [] });
});

test("the oldest files are dropped beyond the four that are kept, and one that is missing is told", async () => {
  audit = new AuditTrail(path, folder, undefined, 400);
  await fill(40);
  const files = auditFiles(path);
  const { from, ...whole } = await verify();
  expect(whole).toMatchObject({ head: { count: 40 }, faults: [] });
  expect(from).toBeGreaterThan(1);
  rmSync(files[0] ?? "");
  expect((await verify()).faults).toMatchObject([{ what: expect.stringContaining("are missing") }]);
});

test("each new head is told", async () => {
  const heads: number[] = [];
  const told = new AuditTrail(path, folder, ({ count }) => heads.push(count));
  await told.append({ act: "pause" });
  await told.append({ act: "resume" });
  expect(heads).toEqual([1, 2]);
});

test("a process that holds the chain and is stopped is named after a bounded wait", async () => {
  await using _ = await acquireFileLock(join(folder, "audit"), 0);
  const refused = audit.append({ act: "command" });
  await expect(refused).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    hint: `Look at process ${process.pid}: it may be stopped.`,
  });
}, 15_000);

test("what cannot be recorded fails", async () => {
  rmSync(folder, { recursive: true });
  await expect(audit.append({ act: "command" })).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  folder = mkdtempSync(join(tmpdir(), "audit-"));
});
