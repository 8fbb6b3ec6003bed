import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { pasteText, sendKeys } from "../../src/tmux/input.ts";
import { paneFacts } from "../../src/tmux/pane.ts";
import { reopenRecorder } from "../../src/tmux/recorder.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { atLeast } from "../../src/tmux/version.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, testNumber, until } from "../support/private-tmux.ts";

const megabyte = 1 << 20;
const endMark = `\x1b]7711;end;${testNumber};0\x1b\\`;

test("a flood of 30 MB: the newest parts are whole, in step with their names, and tmux stays small", async () => {
  await using tmux = new PrivateTmux({ logsName: `we ird #{x} %H '"$` });
  const server = await tmux.connect();
  const lines = 2_900_000;
  await createSession(server, tmux.plan("flood", `seq -f %09.0f 1 ${lines}`, { segmentBytes: megabyte }));
  await until("the end", () => readWhereItIs(tmux.logFile("flood")).includes(endMark), 60_000);
  const { offset, bytes } = kept(tmux, "flood");
  expect(bytes.length).toBeWithin(3 * megabyte, 4 * megabyte + 4 * 65_536);
  // A line is nine digits, CR and LF, so its place tells its number.
  const first = Math.ceil(offset / 11);
  const expected: string[] = [];
  for (let line = first + 1; line <= lines; line++) expected.push(`${String(line).padStart(9, "0")}\r\n`);
  expect(bytes.subarray(first * 11 - offset).toString()).toBe(expected.join("") + endMark);
  expect(await residentBytes(server)).toBeLessThan(64 * megabyte);
}, 90_000);

test("a killed recorder is noticed before any output, started again once, and goes on behind the mark of a gap", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  await createSession(server, tmux.plan("one", "stty -echo; printf ready; exec cat"));
  const log = () => (existsSync(tmux.logFile("one")) ? readFileSync(tmux.logFile("one"), "utf8") : "");
  await until("the log", () => log() === "ready");
  const recorders = await recorderPids(server);
  expect(await reopenRecorder(server, "one")).toBe(false);
  expect(await recorderPids(server)).toEqual(recorders);
  for (const pid of recorders) signalProcess(pid, "SIGKILL");
  // Below 2.7 only output shows it.
  const isSeenAtOnce = atLeast(server.version, "2.7");
  await until("the closed pipe", async () => {
    if (!isSeenAtOnce) await type(server, "lost");
    return (await paneFacts(server, "one"))?.pipeOpen === false;
  });
  const reopened = await Promise.all([
    reopenRecorder(server, "one"),
    reopenRecorder(await tmux.connect(), "one"),
  ]);
  expect(reopened.toSorted()).toEqual([false, true]);
  expect((await paneFacts(server, "one"))?.pipeOpen).toBe(true);
  await type(server, "after");
  await until("the rest", () => log().endsWith("after\r\n"));
  expect(log()).toMatch(new RegExp(`^ready(?:lost\\r\\n)*\\x1b\\]7711;gap;${testNumber};1\\x1b\\\\`));
});

test("the recorder of a session that does not exist is not started", async () => {
  await using tmux = new PrivateTmux();
  expect(await reopenRecorder(await tmux.connect(), "none")).toBe(false);
});

async function type(server: TmuxServer, text: string): Promise<void> {
  await pasteText(server, "one", text, { bracketed: false });
  await sendKeys(server, "one", ["Enter"]);
}

function kept(tmux: PrivateTmux, name: string): { readonly offset: number; readonly bytes: Buffer } {
  const folder = tmux.options.logsFolder;
  const older = readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.log.`))
    .toSorted();
  const parts = older.map((file) => ({
    offset: Number(file.slice(`${name}.log.`.length)),
    bytes: readFileSync(join(folder, file)),
  }));
  expect(parts).toHaveLength(3);
  let next = parts[0]?.offset ?? 0;
  for (const part of parts) {
    expect(part.offset).toBe(next);
    next += part.bytes.length;
  }
  return {
    offset: parts[0]?.offset ?? 0,
    bytes: Buffer.concat([...parts.map(({ bytes }) => bytes), readFileSync(tmux.logFile(name))]),
  };
}

async function residentBytes(server: TmuxServer): Promise<number> {
  const status = readFileSync(`/proc/${await serverPid(server)}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** The recorder's shell, which has the script among its arguments, and what it runs. */
async function recorderPids(server: TmuxServer): Promise<number[]> {
  const recorders = childrenOf(await serverPid(server)).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("MCP_SSH_LOGS"),
  );
  const withChildren = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(withChildren)];
  return recorders.flatMap(withChildren);
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

async function serverPid(server: TmuxServer): Promise<number> {
  const [reply] = await server.run([command("display-message", "-p", "#{pid}")]);
  return Number(reply?.lines[0]);
}

/** Nothing in the moment in which a full log has been moved away and no new one begun. */
function readWhereItIs(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
