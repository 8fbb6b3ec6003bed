import { afterAll, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Ledger, type LedgerRecord } from "../../../src/state/ledger.ts";

const folder = mkdtempSync(join(tmpdir(), "ledger-"));
const path = join(folder, "s.commands.jsonl");
let ledger: Ledger;

beforeEach(() => {
  rmSync(path, { force: true });
  ledger = new Ledger(path);
});

afterAll(() => rmSync(folder, { recursive: true }));

const record = (number: number, more: Partial<LedgerRecord> = {}): LedgerRecord => ({
  step: "sent",
  id: `c${number}`,
  incarnation: "1",
  offset: number * 10,
  at: "2026-11-22T10:00:00.000Z",
  pid: 1,
  client: "test 1",
  command: `echo ${number}`,
  ...more,
});
const end = (number: number, exit: number) =>
  ({ step: "ended", id: `c${number}`, at: "2026-11-22T10:00:01.000Z", exit, end: number * 10 + 5 }) as const;

test("a ledger that is not there knows nothing", () => {
  expect(ledger.last()).toBeUndefined();
  expect(ledger.findEnd("c1")).toBeUndefined();
  expect([...ledger.all()]).toEqual([]);
});

test("the newest command is told whoever appended it, input to it and ends are passed over", () => {
  ledger.append(record(1));
  expect(ledger.last()?.id).toBe("c1");
  new Ledger(path).append(record(2));
  ledger.append(record(2, { step: "input", text: "y" }));
  ledger.append(end(2, 0));
  expect(ledger.last()).toMatchObject({ id: "c2", step: "sent" });
});

test("of several ends of a command the first counts, and another command's is not taken for it", () => {
  ledger.append(record(1));
  ledger.append(end(1, 7));
  ledger.append(record(2));
  ledger.append(end(1, 8));
  expect(ledger.findEnd("c1")?.exit).toBe(7);
  expect(ledger.findEnd("c2")).toBeUndefined();
});

test("an end that knows the exit code counts before one that does not, but not for a command that was cut", () => {
  const vague = (more: object) => ({ step: "ended", id: "c1", at: "", end: 9, ...more }) as const;
  ledger.append(record(1));
  ledger.append(vague({}));
  ledger.append(end(1, 7));
  ledger.append(end(1, 8));
  expect(ledger.findEnd("c1")?.exit).toBe(7);
  ledger.append(record(2));
  ledger.append({ ...vague({ cut: true }), id: "c2" });
  ledger.append(end(2, 7));
  expect(ledger.findEnd("c2")).toMatchObject({ cut: true });
});

test("what people ran is noted by the first who sees it, and is no command of an agent's", () => {
  const human = (pid: number, end: number) =>
    ({ step: "human", at: "2026-11-22T10:00:02.000Z", pid, command: "ls", exit: 0, end }) as const;
  ledger.append(record(1));
  expect(ledger.noteHuman(human(1, 20))).toBe(true);
  expect(new Ledger(path).noteHuman(human(2, 20))).toBe(false);
  expect(new Ledger(path).noteHuman(human(2, 30))).toBe(true);
  // Two at the same moment: the one whose line came second hears so.
  appendFileSync(path, `${JSON.stringify(human(3, 40))}\n`);
  expect(ledger.noteHuman(human(1, 40))).toBe(false);
  expect(ledger.last()).toMatchObject({ id: "c1" });
  expect([...ledger.all()]).toHaveLength(1);
});

test("in more than a megabyte the newest records and their ends are found, whole ones of any length", () => {
  for (let number = 1; number <= 8; number++) {
    ledger.append(record(number, { command: "\u0001".repeat(30_000) + number }));
    ledger.append(end(number, number));
  }
  expect(statSync(path).size).toBeGreaterThan(1_048_576);
  expect(ledger.last()?.command.endsWith("8")).toBe(true);
  expect(ledger.find(({ id }) => id === "c5")?.command).toHaveLength(30_001);
  expect(ledger.findEnd("c5")?.exit).toBe(5);
  expect([...ledger.all("c1")]).toHaveLength(2);
  const most = record(9, { command: "\u0001".repeat(131_072) });
  ledger.append(most);
  expect(ledger.last()).toEqual(most);
});

test("a line that a crash cut short is passed over", () => {
  ledger.append(record(1));
  appendFileSync(path, '{"step":"sent","id":"c2","inc\n');
  expect(ledger.last()?.id).toBe("c1");
});

test("what is appended after a line that was cut short begins a line of its own", () => {
  ledger.append(record(1));
  appendFileSync(path, '{"step":"sent","id":"c2","inc');
  ledger.append(record(3));
  expect(ledger.last()?.id).toBe("c3");
  expect([...ledger.all()].map(({ id }) => id)).toEqual(["c1", "c3"]);
});

test("a ledger keeps at most 16 MiB and a record, the newest 8 MiB in whole lines, and two writers lose nothing", () => {
  const other = new Ledger(path);
  const command = "x".repeat(500_000);
  for (let number = 1; number <= 40; number++) {
    (number % 2 === 0 ? ledger : other).append(record(number, { command }));
    expect(statSync(path).size).toBeLessThan(18 * 1_048_576);
  }
  const ids = [...ledger.all()].map(({ id }) => Number(id.slice(1)));
  expect(ids.at(-1)).toBe(40);
  expect(ids.length).toBeGreaterThan(15);
  expect(ids.length).toBeLessThan(36);
  expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
  expect(ledger.last()?.id).toBe("c40");
  expect(other.find(({ id }) => id === "c39")?.command).toBe(command);
});
