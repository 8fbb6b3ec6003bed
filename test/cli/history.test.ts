import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

import { homeTree, openHomeTree, type HomeTree } from "../../src/platform/home-tree.ts";
import { AuditTrail, type AuditFacts } from "../../src/policy/audit-trail.ts";
import { Ledger, type EndedRecord, type LedgerRecord } from "../../src/state/ledger.ts";
import { runBinary } from "../binary/run-binary.ts";
import { McpHome } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

let home: McpHome;
let tree: HomeTree;
let ledger: Ledger;
let audit: AuditTrail;

beforeEach(() => {
  home = new McpHome();
  tree = homeTree(home.root, process.getuid?.() ?? 0);
  openHomeTree(tree);
  home.tempHome.write(".mcp-ssh-interactive/logs/s.log", "");
  ledger = new Ledger(join(tree.logs, "s.commands.jsonl"));
  audit = new AuditTrail(tree.auditFile, tree.locks);
});

afterEach(() => home[Symbol.asyncDispose]());

const cli = (...args: string[]) => runBinary(["history", ...args], { env: home.env });
const record = async ({ act, ...facts }: AuditFacts) => {
  tick();
  await audit.append({ act, session: "s", connection: "web", client: "test 1", ...facts });
};

/** The order goes by the millisecond: no two records have the same. */
function tick(): void {
  const lastMs = Date.now();
  while (Date.now() < lastMs + 3);
}

function noteCommand(id: string, command: string, offset: number): void {
  tick();
  const sent: LedgerRecord = {
    step: "sent",
    id,
    incarnation: "i",
    connection: "web",
    offset,
    at: new Date().toISOString(),
    pid: 1,
    client: "test 1",
    command,
    where: { user: "me", host: "web1", cwd: "/srv" },
  };
  const ended: EndedRecord = { step: "ended", id, at: sent.at, exit: 0, start: offset + 2, end: offset + 9 };
  ledger.append(sent);
  ledger.append(ended);
}

/** The lines without their heading, runs of blanks as one, times left out. */
const shown = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) =>
      line
        .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "@")
        .replace(/ +/g, " ")
        .trim(),
    );

test("history tells each input in order: commands as ever, all else as a line of its kind", async () => {
  await record({ act: "open", reconnected: false });
  noteCommand("c1", "sudo make", 100);
  await record({ act: "command", id: "c1", command: "sudo make" });
  await record({ act: "secret", id: "c1", name: "sudo", program: "sudo", from: 110 });
  await record({ act: "input", id: "c1", text: "y", keys: ["Enter"], from: 120 });
  await record({ act: "interrupt", id: "c1", from: 130 });
  await record({ act: "transfer", direction: "upload", local: "/a", remote: "/b", overwrite: false });
  await record({ act: "transfer", direction: "upload", local: "/a", remote: "/b", bytes: 12 });
  await record({ act: "asked", approval: "abcdefgh", what: "command", text: "reboot" });
  await record({ act: "declined", approval: "abcdefgh", text: "reboot", by: "a human", words: "not now" });
  await record({ act: "refused", what: "command", text: "rm x", rule: "read-only" });
  tick();
  await audit.append({ act: "pause", by: "a human" });
  noteCommand("c2", "true", 300);
  // Seen only with c2's result.
  await record({
    act: "human",
    client: undefined,
    by: "a human",
    command: "ls",
    exit: 2,
    from: 180,
    to: 200,
  });
  const { stdout, stderr } = await cli("s");
  expect(stderr).toBe("");
  expect(shown(stdout)).toEqual([
    "c1 @ test 1 0 0 ms /srv sudo make",
    "c1 secret @ test 1 sudo to sudo",
    "c1 input @ test 1 y<Enter>",
    "c1 interrupt @ test 1 <C-c>",
    expect.stringMatching(/^transfer @ test 1 \d+ ms upload \/a to \/b \(12 bytes\)$/),
    "declined @ a human reboot (not now)",
    "refused @ test 1 rm x",
    "human @ a human 2 ls",
    "c2 @ test 1 0 0 ms /srv true",
  ]);
  const ofAll = await cli("--kind", "pause,open");
  expect(shown(ofAll.stdout)).toEqual(["s open @ test 1 web", "pause @ a human"]);
  expect(shown((await cli("s", "--kind", "command")).stdout)).toHaveLength(2);
  expect(await cli("--kind", "humn")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("human"),
  });
});

test("as JSON too, with all that is known of each", async () => {
  noteCommand("c1", "sudo make", 100);
  await record({ act: "input", id: "c1", text: "y", keys: ["Enter"], from: 104 });
  const { commands, total, entries } = JSON.parse((await cli("s", "--json")).stdout);
  const command = {
    session_name: "s",
    connection: "web",
    command_id: "c1",
    client: "test 1",
    command: "sudo make",
    exit_code: 0,
    duration_ms: 0,
    user: "me",
    host: "web1",
    cwd: "/srv",
    log_from: 102,
    log_to: 109,
  };
  expect([commands, total]).toMatchObject([[command], 1]);
  expect(entries).toMatchObject([
    { kind: "command", ...command },
    { kind: "input", session_name: "s", command_id: "c1", text: "y", keys: ["Enter"], log_from: 104 },
  ]);
});

test("hostile text moves no cursor, and a damaged line hides no other", async () => {
  await record({ act: "input", id: "c1", text: "a\u001b]52;c;eA==\u0007\u202eb", keys: [] });
  appendFileSync(tree.auditFile, '{"n":2,"at":"x","pid":1,"act":"input","session":"s","te\n');
  await record({ act: "human", command: "ls\u001b[2J" });
  const { stdout } = await cli("s");
  expect(stdout).not.toMatch(/[\p{Cf}\u001b\u0007]/u);
  expect(shown(stdout)).toEqual(["c1 input @ test 1 a�]52;c;eA==��b", "human @ test 1 ls�[2J"]);
});

test("a session of which only the audit tells is shown, and one of which nothing does is named", async () => {
  await audit.append({ act: "open", session: "gone", connection: "web", client: "test 1" });
  await audit.append({ act: "open", session: "gone", connection: "web", failed: "HOST_KEY_UNKNOWN" });
  expect(shown((await cli("gone", "--kind", "all")).stdout)).toEqual([
    expect.stringMatching(/^open @ test 1 \d+ ms web failed: HOST_KEY_UNKNOWN$/),
  ]);
  expect(await cli("never")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("never") });
});
