import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { homeTree, openHomeTree, type HomeTree } from "../../src/platform/home-tree.ts";
import { AuditTrail } from "../../src/policy/audit-trail.ts";
import { SystemLog } from "../../src/policy/system-log.ts";
import { readToldHeads } from "../../src/policy/told-heads.ts";
import { runBinary } from "../binary/run-binary.ts";
import { McpHome } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

let home: McpHome;
let tree: HomeTree;
/** What the stand-in for the machine's log holds. */
let machineLog: string;
let logger: string;

beforeEach(() => {
  home = new McpHome();
  tree = homeTree(home.root, process.getuid?.() ?? 0);
  openHomeTree(tree);
  machineLog = home.tempHome.write("machine.log", "");
  // A line is there whole, or not at all.
  logger = home.tempHome.write(
    "bin/logger",
    `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\necho "$2" >> '${machineLog}'\n`,
    0o700,
  );
  home.tempHome.write(
    "bin/journalctl",
    `#!/bin/sh\ncase "$*" in *"-t mcp-ssh-interactive _UID=${process.getuid?.()}") cat '${machineLog}';; *) exit 1;; esac\n`,
    0o700,
  );
});

afterEach(() => home[Symbol.asyncDispose]());

const logged = () => readFileSync(machineLog, "utf8");
const lines = () => readFileSync(tree.auditFile, "utf8").trimEnd().split("\n");

/** As a server that is started, writes `count` records; of the first it tells at once. */
async function record(count: number, pauseMs = 3_600_000): Promise<void> {
  const before = logged();
  const systemLog = new SystemLog(home.root, { logger, socket: "/dev/null", pauseMs });
  const audit = new AuditTrail(tree.auditFile, tree.locks, (head) => systemLog.tell(head));
  for (let index = 0; index < count; index++) await audit.append({ act: "input", text: `${index}` });
  await until(
    "the line in the machine's log",
    () => logged().length > before.length && logged().endsWith("\n"),
    20_000,
  );
}

const verify = (path = `${join(home.tempHome.home, "bin")}:${home.env["PATH"]}`, ...more: string[]) =>
  runBinary(["history", "--verify", ...more], { env: { ...home.env, PATH: path } });

test("each process tells the machine's log its newest record at most once a minute", async () => {
  await record(3);
  await record(2);
  expect(logged().trimEnd().split("\n")).toEqual([
    expect.stringMatching(new RegExp(`^audit ${home.root} record 1 sha256 [0-9a-f]{64}$`)),
    expect.stringMatching(/ record 4 sha256 /),
  ]);
});

test("once the pause is over the newest record is told, however many there were", async () => {
  await record(20, 200);
  await until("the newest one's line", () => logged().includes(" record 20 sha256 "), 20_000);
});

test("what the machine's log has is compared: the same, an end that was cut off, a chain that was made anew", async () => {
  await record(3);
  await record(2);
  await record(1);
  const whole = await verify();
  expect([whole.exitCode, whole.stdout]).toEqual([
    0,
    expect.stringMatching(/record 6 as its newest; 3 of those that it has are the same here/),
  ]);
  expect(JSON.parse((await verify(undefined, "--json")).stdout)).toMatchObject({
    count: 6,
    faults: [],
    system_log: { read_from: expect.arrayContaining(["the journal"]), newest: 6, confirmed: 3 },
  });
  // Cut back to an older head, its note with it: without the machine's log nothing shows.
  writeFileSync(tree.auditFile, `${lines().slice(0, 4).join("\n")}\n`);
  rmSync(join(tree.locks, "audit.head"));
  const cut = await verify();
  expect([cut.exitCode, cut.stdout]).toEqual([
    1,
    expect.stringContaining("own log has record 6, and 4 is the newest: the end was cut off"),
  ]);
  rmSync(tree.auditFile);
  const audit = new AuditTrail(tree.auditFile, tree.locks);
  for (let index = 0; index < 7; index++) await audit.append({ act: "input", text: "other" });
  const anew = await verify();
  expect(anew.exitCode).toBe(1);
  expect(anew.stdout.match(/own log has another record [146]/g)).toHaveLength(3);
});

test("a file of the machine's log is read too, and where there is none, or nothing in it, that is said", async () => {
  await record(1);
  const file = home.tempHome.write(
    "syslog",
    `Nov 28 10:00:00 host mcp-ssh-interactive[7]: ${logged()}Nov 28 10:00:01 host other: x\n`,
  );
  const told = await readToldHeads(home.root, { journalctl: undefined, files: [file, "/nowhere"] });
  expect(told).toMatchObject({ readFrom: [file], heads: [{ count: 1 }] });
  expect(await readToldHeads(`${home.root}x`, { journalctl: undefined, files: [file] })).toMatchObject({
    heads: [],
  });
  renameSync(join(home.tempHome.home, "bin"), join(home.tempHome.home, "gone"));
  const { exitCode, stdout } = await verify("/nowhere");
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringContaining("a chain that was made anew as a whole would not be seen"),
  ]);
  expect(existsSync(tree.auditFile)).toBe(true);
});
