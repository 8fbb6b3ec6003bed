import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { homeTree, openHomeTree } from "../../src/platform/home-tree.ts";
import type { Approval } from "../../src/policy/approval.ts";
import { Approvals } from "../../src/policy/approvals.ts";
import { runBinary } from "../binary/run-binary.ts";
import { McpHome } from "../support/mcp-server.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(60_000);

const fromFile = "told-by-a-file";
const fromEnv = "told-by-the-environment";
const ofServer = "known-to-the-server";

let home: McpHome;
let approvals: Approvals;

beforeEach(() => {
  home = new McpHome({ DB_PASSWORD: fromEnv });
  home.tempHome.write("secret", `${fromFile}\n`);
  home.writeConnections(
    "  web: {host: a, user: me, password: {file: ~/secret}, secrets: {db: {env: DB_PASSWORD}}}\nsettings: {redact: ['tok-\\d+']}\n",
  );
  const tree = homeTree(home.root, process.getuid?.() ?? 0);
  openHomeTree(tree);
  approvals = new Approvals(tree.approvals, tree.locks);
});

afterEach(() => home[Symbol.asyncDispose]());

const ask = async (text: string, masked?: string): Promise<Approval> => {
  const { approval } = await approvals.ask({
    what: "command",
    text,
    ...(masked === undefined ? {} : { masked }),
    rule: "the policy is confirm",
    session: "s",
    connection: "web",
    address: "me@a port 22",
    client: "test 1",
    binding: "here",
  });
  return approval;
};
const cli = (...args: string[]) => runBinary(args, { env: home.env });
const audit = (): string => readFileSync(join(home.root, "audit.jsonl"), "utf8");
const records = (): unknown[] =>
  audit()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function approve(id: string, more: readonly string[] = [], env = {}): Promise<string> {
  await using human = new TerminalRun(["approve", id, ...more], { ...home.env, ...env });
  await human.consent();
  await human.ended();
  return human.output;
}

test("what a human decides is recorded without the secrets of files and of the environment, and what redact hides", async () => {
  const { id } = await ask(`use ${fromFile} ${fromEnv} tok-123`);
  const { exitCode } = await cli("deny", id, "--say", `not with ${fromFile}`);
  expect(exitCode).toBe(0);
  expect(records()).toMatchObject([
    { act: "declined", approval: id, session: "s", text: "use ••• ••• •••", words: "not with •••" },
  ]);
});

test("a secret that only the server knows is in no record of what a human made of the command", async () => {
  const { id } = await ask(`mysql -p${ofServer}`, "mysql -p•••");
  const editor = home.tempHome.write("editor", '#!/bin/sh\nsed -i "s/$/ -h db/" "$1"\n', 0o700);
  expect(await approve(id, ["--edit"], { EDITOR: editor })).toContain(`${id}: approved`);
  expect(approvals.read(id)).toMatchObject({ state: "approved", edited: `mysql -p${ofServer} -h db` });
  expect(records()).toMatchObject([
    { act: "approved", text: "mysql -p•••", edited: expect.stringMatching(/^\(left out/) },
  ]);
});

test("where config.yml cannot be read both answers hold, and no text is in their records", async () => {
  const [one, other] = [await ask(`one ${fromFile}`), await ask(`other ${fromFile}`)];
  home.tempHome.writeConfig("connections: [\n");
  const denied = await cli("deny", one.id, "--say", fromFile);
  expect([denied.exitCode, denied.stdout]).toEqual([0, `${one.id}: declined\n`]);
  expect(await approve(other.id)).toContain(`${other.id}: approved`);
  expect((await cli("pause")).exitCode).toBe(0);
  expect(audit()).not.toContain(fromFile);
  const leftOut = expect.stringMatching(/^\(left out: config\.yml cannot be read/);
  expect(records()).toMatchObject([
    { act: "declined", approval: one.id, session: "s", text: leftOut, words: leftOut },
    { act: "approved", approval: other.id, connection: "web", by: expect.stringMatching(/^a human/) },
    { act: "pause" },
  ]);
});

test("a yes that cannot be recorded is none; a no and a pause hold without a record", async () => {
  const [one, other] = [await ask("one"), await ask("other")];
  mkdirSync(join(home.root, "audit.jsonl"));
  expect(await approve(one.id)).not.toContain("approved");
  expect(approvals.read(one.id)).toMatchObject({ state: "pending" });
  const denied = await cli("deny", other.id);
  expect([denied.exitCode, denied.stderr]).toEqual([1, expect.stringContaining(`${other.id} is declined`)]);
  expect(approvals.read(other.id)).toMatchObject({ state: "declined" });
  expect((await cli("pause")).stdout).toStartWith("No agent types anything any more");
});
