import { afterEach, beforeEach, expect, setSystemTime, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Approvals } from "../../../src/policy/approvals.ts";

let folder = "";
let approvals: Approvals;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "approvals-"));
  approvals = new Approvals(folder, folder);
});

afterEach(() => {
  setSystemTime();
  rmSync(folder, { recursive: true });
});

const asked = {
  what: "command",
  text: "reboot",
  rule: "it changes something",
  connection: "web",
  address: "root@web port 22",
  session: "s",
  client: "test 1",
  binding: "here",
} as const;

test("the same request is asked once, another text or place anew", async () => {
  const { approval, isNew } = await approvals.ask(asked);
  expect(isNew).toBe(true);
  expect(await approvals.ask(asked)).toMatchObject({ approval: { id: approval.id }, isNew: false });
  expect((await approvals.ask({ ...asked, text: "reboot " })).isNew).toBe(true);
  expect((await approvals.ask({ ...asked, binding: "there" })).isNew).toBe(true);
  expect((await approvals.ask({ ...asked, session: "other" })).isNew).toBe(true);
});

test("what was asked for at a place that the session has left waits no more; other sessions' stays", async () => {
  const { approval } = await approvals.ask(asked);
  const { approval: other } = await approvals.ask({ ...asked, session: "other" });
  const { approval: file } = await approvals.ask({ ...asked, what: "upload", binding: "upload" });
  const { approval: next } = await approvals.ask({ ...asked, binding: "there" });
  const ids = approvals.pending().map(({ id }) => id);
  expect(ids.toSorted()).toEqual([other.id, file.id, next.id].toSorted());
  expect(ids).not.toContain(approval.id);
});

test("an approval is used once, by one of many", async () => {
  const { approval } = await approvals.ask(asked);
  expect(await approvals.take(approval.id)).toBe(false);
  await approvals.decide(approval.id, { state: "approved", by: "a human" });
  const others = Array.from({ length: 8 }, () => new Approvals(folder, folder));
  const taken = await Promise.all(others.map((each) => each.take(approval.id)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect((await approvals.ask(asked)).isNew).toBe(true);
});

test("it is decided once", async () => {
  const { approval } = await approvals.ask(asked);
  expect(
    await approvals.decide(approval.id, { state: "declined", by: "a human", words: "no" }),
  ).toBeDefined();
  expect(await approvals.decide(approval.id, { state: "approved", by: "another" })).toBeUndefined();
});

test("it expires, and nothing of it stays", async () => {
  const { approval } = await approvals.ask(asked);
  await approvals.decide(approval.id, { state: "approved", by: "a human" });
  setSystemTime(Date.now() + 301_000);
  expect(await approvals.take(approval.id)).toBe(false);
  expect(approvals.list()).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toEqual([]);
});

const dayMs = 86_400_000;

test.each([
  ["forward", dayMs],
  ["back", -dayMs],
])("a clock that is set %s by a day makes nothing live longer", async (_, step) => {
  const { approval } = await approvals.ask(asked);
  await approvals.decide(approval.id, { state: "approved", by: "a human" });
  const path = join(folder, `${approval.id}.json`);
  const kept = JSON.parse(readFileSync(path, "utf8"));
  const write = (more: object) => writeFileSync(path, JSON.stringify({ ...kept, ...more }));
  setSystemTime(Date.now() + step);
  // Where nothing but the clock on the wall is known, one that was set is not to be relied on.
  write({ up: undefined });
  expect(approvals.read(approval.id)).toBeUndefined();
  if (step > 0 || kept.up === undefined) return;
  write({});
  expect(approvals.read(approval.id)?.state).toBe("approved");
  const [start, ms] = String(kept.up).split(":");
  write({ up: `${start}:${Number(ms) - 300_000}` });
  expect(approvals.read(approval.id)).toBeUndefined();
});

test("a waiting call wakes when another process decides", async () => {
  const { approval } = await approvals.ask(asked);
  const waited = approvals.wait(approval.id, performance.now() + 10_000, new AbortController().signal);
  await new Approvals(folder, folder).decide(approval.id, { state: "approved", by: "a human" });
  await waited;
  expect(approvals.read(approval.id)?.state).toBe("approved");
});

test("files that are open to others, links, of another id or no approvals at all are none", async () => {
  const { approval } = await approvals.ask(asked);
  const file = join(folder, `${approval.id}.json`);
  const text = readFileSync(file, "utf8");
  writeFileSync(join(folder, "aaaaaaaa.json"), text, { mode: 0o600 });
  expect(approvals.read("aaaaaaaa")).toBeUndefined();
  symlinkSync(file, join(folder, "bbbbbbbb.json"));
  expect(approvals.read("bbbbbbbb")).toBeUndefined();
  expect(approvals.read("../../x")).toBeUndefined();
  chmodSync(file, 0o644);
  expect(approvals.read(approval.id)).toBeUndefined();
  expect(approvals.list()).toEqual([]);
});

test("no agent makes more wait than a human can look at", async () => {
  for (let index = 0; index < 50; index++) await approvals.ask({ ...asked, text: `echo ${index}` });
  await expect(approvals.ask(asked)).rejects.toMatchObject({ code: "RATE_LIMITED" });
});
