import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { isKeyName, pasteText, sendKeys } from "../../src/tmux/input.ts";
import { paneFacts } from "../../src/tmux/pane.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession, killSession } from "../../src/tmux/session.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, until } from "../support/private-tmux.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

test("text of every kind arrives byte by byte, 60 kB of it too", async () => {
  const received = await startReader("reader");
  const texts = [
    "a;",
    "-x",
    "--",
    'it\'s "q" \\ $HOME ~ #{pid} %H',
    "tab\tnew\nline",
    "漢字 👩‍👩‍👧 é",
    "!x ^y",
    "é漢'\n;".repeat(6000),
  ];
  let all = "";
  for (const text of texts) {
    all += text;
    expect(await pasteText(server, "reader", text, { bracketed: false })).toBe("typed");
    await until(`${text.length} characters`, () => readFileSync(received).length >= Buffer.byteLength(all));
    expect(readFileSync(received, "utf8")).toBe(all);
  }
});

test("brackets are put around a text only if asked for here and by the program", async () => {
  const plain = await startReader("plain");
  const asking = await startReader("asking", "\\033[?2004h");
  await pasteText(server, "plain", "one", { bracketed: true });
  await pasteText(server, "asking", "two", { bracketed: true });
  await pasteText(server, "asking", "three", { bracketed: false });
  await until("one", () => readFileSync(plain, "utf8") === "one");
  await until("two and three", () => readFileSync(asking, "utf8") === "\x1b[200~two\x1b[201~three");
});

test("keys are pressed in order", async () => {
  const received = await startReader("keys");
  expect(
    await sendKeys(server, "keys", [
      "a",
      "C-c",
      "C-\\",
      "Escape",
      "M-x",
      "Up",
      "Enter",
      "BSpace",
      "Tab",
      "/",
      "C-[",
    ]),
  ).toBe("typed");
  await until("the keys", () => readFileSync(received, "latin1") === "a\x03\x1c\x1b\x1bx\x1b[A\r\x7f\t/\x1b");
});

test("a text or a word that is no key is never pressed", async () => {
  for (const key of [
    "",
    "Foo",
    "C-Foo",
    "ab",
    "Enter;",
    "'",
    '"',
    ";",
    "é",
    "C-c\n",
    "-x",
    "F13",
    "$",
    "~",
    "#",
  ]) {
    expect(isKeyName(key)).toBe(false);
    expect(await sendKeys(server, "keys", ["a", key]).catch((reason: unknown) => reason)).toBeInstanceOf(
      Error,
    );
  }
});

test("while a human is in copy mode nothing is typed or pressed, and the buffer is gone", async () => {
  const received = await startReader("copying");
  await server.run([command("display-message", "-p", "x")]);
  await tmux.ask("copy-mode", "-t", "=mcp-copying:");
  expect((await paneFacts(server, "copying"))?.inMode).toBe(true);
  expect(await pasteText(server, "copying", "text", { bracketed: false })).toBe("in_mode");
  expect(await sendKeys(server, "copying", ["q", "Enter"])).toBe("in_mode");
  expect((await paneFacts(server, "copying"))?.inMode).toBe(true);
  expect(readFileSync(received, "utf8")).toBe("");
  expect(await tmux.ask("list-buffers")).toBe("");
});

test("a session that is gone, or dead, takes nothing", async () => {
  await startReader("mortal");
  await killPane(server, "mortal");
  await until("its death", async () => (await paneFacts(server, "mortal"))?.dead);
  expect(await pasteText(server, "mortal", "text", { bracketed: false })).toBe("gone");
  expect(await sendKeys(server, "mortal", ["Enter"])).toBe("gone");
  await killSession(server, "mortal");
  expect(await pasteText(server, "mortal", "text", { bracketed: false })).toBe("gone");
  expect(await sendKeys(server, "mortal", ["Enter"])).toBe("gone");
  expect(await tmux.ask("list-buffers")).toBe("");
});

test("a typed text stands in no process's arguments, no message of tmux and no buffer", async () => {
  const received = await startReader("private");
  const secret = `s3cret-${"x".repeat(20)}-end`;
  const looking = new AbortController();
  const seen = watchArguments(secret, looking.signal);
  for (let round = 0; round < 50; round++)
    await pasteText(server, "private", `${secret}\n`, { bracketed: false });
  await until("the text", () => readFileSync(received).length >= 50 * (secret.length + 1));
  looking.abort();
  expect(await seen).toEqual([]);
  for (const question of [
    ["show-messages"],
    ["show-messages", "-J"],
    ["list-buffers"],
    ["show-options", "-g"],
  ]) {
    expect(await tmux.ask(...question)).not.toContain("s3cret");
  }
});

test("control characters are refused before anything is typed", async () => {
  for (const text of ["\x1b[201~", "\0", "\r", "\u009b"]) {
    expect(
      await pasteText(server, "plain", text, { bracketed: true }).catch((reason: unknown) => reason),
    ).toBeInstanceOf(Error);
  }
});

/** A session whose program keeps all that it is sent in the file that this names. */
async function startReader(name: string, greeting = ""): Promise<string> {
  const file = join(tmux.folder, `received-${name}`);
  await createSession(
    server,
    tmux.plan(name, `stty raw -echo; printf '${greeting}ready'; exec cat >'${file}'`),
  );
  await until(
    "the reader",
    () =>
      existsSync(file) &&
      existsSync(tmux.logFile(name)) &&
      readFileSync(tmux.logFile(name), "utf8").endsWith("ready"),
  );
  return file;
}

async function watchArguments(text: string, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  while (!signal.aborted) {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      if (line.includes(text)) found.push(line);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Never a process id that was not found: -1 would mean all processes. */
async function killPane(server: TmuxServer, name: string): Promise<void> {
  const pane = await paneFacts(server, name);
  if (pane === undefined) throw new Error(`no pane of ${name}`);
  signalProcess(pane.pid, "SIGKILL");
}
