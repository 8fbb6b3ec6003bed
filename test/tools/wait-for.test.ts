import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash", files: { ".bash_profile": "PS1='ready\\$ '\n" } });
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

const gate = () => session.remotePath("gate");
/** A command that prints `first`, waits until the test opens the gate, and prints `last`. */
const gated = (first: string, last: string) =>
  `rm -f ${gate()}; ${first}; until [ -e ${gate()} ]; do sleep 0.05; done; ${last}; sleep 60`;

async function leave(): Promise<void> {
  await session.interrupt();
}

test("execute_command returns as soon as a line matches, and never for the echo of what was typed", async () => {
  const running = session.run(gated("echo waiting", "echo server is up"), { wait_for: "server is up" });
  await until("the first line", () => session.log().includes("waiting\r\n"));
  writeFileSync(gate(), "");
  const { fields, text } = await running;
  expect(fields).toMatchObject({
    ended_by: "matched",
    state: "running",
    matched: true,
    matched_at_entry: false,
    output: "waiting\nserver is up",
  });
  expect(text).toContain("the pattern has matched");
  await leave();
}, 30_000);

test("get_terminal_output tries all that the running command printed, and waits 30 s by itself", async () => {
  await session.run(gated("echo early bird", "echo late bird"), { wait_seconds: 0 });
  const early = await session.read({ wait_for: "^early" });
  expect(early.fields).toMatchObject({
    ended_by: "matched",
    matched: true,
    matched_at_entry: true,
    wait_seconds: 30,
  });
  const late = session.read({ wait_for: "^late" });
  // Answered after the wait has begun.
  await session.read();
  writeFileSync(gate(), "");
  expect((await late).fields).toMatchObject({ ended_by: "matched", matched: true, matched_at_entry: false });
  await leave();
}, 30_000);

test("with a cursor only what came after it counts", async () => {
  await session.run(gated("echo one step", "echo two steps"), { wait_seconds: 0 });
  const first = await session.read({ wait_for: "one step" });
  const next = session.read({ cursor: first.fields["cursor"], wait_for: "steps?$" });
  await session.read();
  writeFileSync(gate(), "");
  expect((await next).fields).toMatchObject({ view: "new", matched: true, output: "two steps\n" });
  await leave();
}, 30_000);

test("with a cursor the echo of a command typed behind it does not match", async () => {
  const { fields } = await session.run("true");
  await session.run("sleep 60 # needle", { wait_seconds: 0 });
  const waited = await session.read({ cursor: fields["cursor"], wait_for: "needle", wait_seconds: 1 });
  expect(waited.fields).toMatchObject({ ended_by: "wait_limit", matched: false });
  await leave();
}, 30_000);

test("an unfinished line matches, colours do not come between", async () => {
  const command = String.raw`printf 'go \033[1;31mah\033[0mead? '; sleep 60`;
  const { fields } = await session.run(command, { wait_for: String.raw`go ahead\? $` });
  expect(fields).toMatchObject({ matched: true });
  expect(["matched", "input_wanted"]).toContain(String(fields["ended_by"]));
  await leave();
}, 30_000);

test("a command that ends without a match is told at once, with its exit code", async () => {
  const { fields } = await session.run("echo crashed; (exit 3)", { wait_for: "server is up" });
  expect(fields).toMatchObject({
    ended_by: "command_ended",
    exit_code: 3,
    matched: false,
    output: "crashed",
  });
}, 30_000);

test("a command that ends with a match tells both", async () => {
  const { fields } = await session.run("echo done", { wait_for: "done" });
  expect(fields).toMatchObject({ matched: true });
}, 30_000);

test.each([
  ["(", "missing closing )"],
  ["x[z-a]", 'invalid character class range: "z-a" at character 3'],
  ["foo(?=bar)", "at character 4"],
])("%s is refused with its place, and nothing is typed", async (pattern, place) => {
  const { code, text } = await session.run("echo typed", { wait_for: pattern });
  expect(code).toBe("PATTERN_INVALID");
  expect(text).toContain(place);
  expect(session.log()).not.toContain("echo typed");
});

test("a pattern that makes other engines hang does not keep the server from serving", async () => {
  const command = `printf 'a%.0s' $(seq 1 60000); echo b; sleep 60`;
  const waiting = session.run(command, { wait_for: "(a+)+$", wait_seconds: 3 });
  await until("the long line", () => session.log().includes("aaab"), 10_000);
  const startedAt = performance.now();
  await session.server.call("list_connections");
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect((await waiting).fields).toMatchObject({ state: "running" });
  await leave();
}, 30_000);

test("send_input waits past silence for a match, and never takes the echo of what it typed for one", async () => {
  await session.run(
    `rm -f ${gate()}; read x; echo "got $x"; until [ -e ${gate()} ]; do sleep 0.05; done; echo up: $x; sleep 60`,
    {
      wait_seconds: 3,
    },
  );
  const waiting = session.send({ text: "needle\n", wait_for: "^(needle|up: )" });
  await until("it was read", () => session.log().includes("got needle"));
  writeFileSync(gate(), "");
  expect((await waiting).fields).toMatchObject({
    ended_by: "matched",
    matched: true,
    matched_at_entry: false,
    submitted: true,
    wait_seconds: 30,
    output: "got needle\nup: needle\n",
  });
  await leave();
}, 30_000);

test("a line that send_input sends at a prompt matches by its output alone", async () => {
  await session.read();
  const { fields } = await session.send({
    text: "echo mark; sleep 0.5; echo end; sleep 60\n",
    wait_for: "end$",
  });
  expect(fields).toMatchObject({ ended_by: "matched", state: "running", output: "mark\nend\n" });
  await leave();
}, 30_000);

test("in a flood a match is found and the server stays small", async () => {
  const { fields } = await session.run("seq 1 3000000; echo the very end; sleep 60", {
    wait_for: "the very end",
    wait_seconds: 60,
  });
  expect(fields).toMatchObject({ ended_by: "matched", matched: true });
  await leave();
}, 90_000);
