import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../src/base/user-error.ts";
import { listPanes, paneFacts } from "../../src/tmux/pane.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession, killSession, respawn } from "../../src/tmux/session.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, testNumber, until } from "../support/private-tmux.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

const endMark = (status: number) => `\x1b]7711;end;${testNumber};${status}\x1b\\`;

test("200 programs that print at once and end: each log has all, from the first byte to the end mark", async () => {
  const names = Array.from({ length: 200 }, (_, index) => `burst-${index}`);
  for (const name of names) {
    await createSession(server, tmux.plan(name, `printf 'first byte of ${name}\\n'; exit 3`));
  }
  for (const name of names) {
    await until(`the log of ${name}`, () => log(name) === `first byte of ${name}\r\n${endMark(3)}`);
  }
  await Promise.all(names.map(async (name) => await killSession(server, name)));
}, 30_000);

test("a program gets its arguments as they stand, without a shell", async () => {
  const words = [
    "$HOME",
    "a b",
    "",
    "*",
    "'q' \"d\"",
    "#{pid}",
    "%H",
    "x;",
    ";",
    "new\nline",
    "tab\t",
    "漢字",
    "~",
    "-x",
    "{",
  ];
  const script = `for word; do printf '<%s>' "$word"; done`;
  await createSession(server, tmux.plan("words", "", { argv: ["/bin/sh", "-c", script, "sh", ...words] }));
  const expected = words.map((word) => `<${word.replace("\n", "\r\n")}>`).join("");
  await until("the words", () => log("words") === expected + endMark(0));
});

test("the first thing that a program learns of its terminal is the size asked for", async () => {
  await createSession(server, tmux.plan("size", "stty size", { cols: 213, rows: 57 }));
  await until("the size", () => log("size").startsWith("57 213\r\n"));
  expect(await paneFacts(server, "size")).toMatchObject({ cols: 213, rows: 57 });
});

test("a name that is taken is refused, and what has it is left alone", async () => {
  await createSession(server, tmux.plan("twice", "exec cat"));
  const error: unknown = await createSession(server, tmux.plan("twice", "exec cat")).catch(
    (reason: unknown) => reason,
  );
  expect(error instanceof UserError && error.code).toBe("SESSION_EXISTS");
  expect(await paneFacts(server, "twice")).toMatchObject({ programEnded: false });
});

test("a session that cannot be made leaves nothing", async () => {
  const plan = tmux.plan("huge", "exec cat", { cols: 1_000_000 });
  const error: unknown = await createSession(server, plan).catch((reason: unknown) => reason);
  expect(error instanceof UserError && error.code).toBe("TMUX_UNAVAILABLE");
  expect(await paneFacts(server, "huge")).toBeUndefined();
});

test("closing a session that does not exist is no fault", async () => {
  await killSession(server, "never-was");
});

test("names are matched whole", async () => {
  await createSession(server, tmux.plan("prefix-long", "exec cat"));
  await killSession(server, "prefix");
  expect(await paneFacts(server, "prefix")).toBeUndefined();
  expect(await paneFacts(server, "prefix-long")).toBeDefined();
});

test("the listing has each session of ours with its tags, and neither the hub nor a stranger", async () => {
  await using own = new PrivateTmux();
  const other = await own.connect();
  const tags = { connection: "my-server", note: `a "b" \\ , } { | ; ~` };
  await createSession(other, own.plan("one", "exec cat", { tags }));
  await createSession(
    other,
    own.plan("two", "printf '\\033]2;ti#tle # x\\033\\\\\\033[?1049h'; exec sleep 99", { tags: {} }),
  );
  await own.ask("new-session", "-d", "-s", "stranger", "sleep", "99");
  await until("the alternate screen", async () => (await paneFacts(other, "two"))?.alternateOn);
  const panes = await listPanes(other);
  expect(panes.map(({ name }) => name).toSorted()).toEqual(["one", "two"]);
  const [one, two] = panes;
  expect(one).toMatchObject({
    tags,
    dead: false,
    programEnded: false,
    pipeOpen: true,
    alternateOn: false,
    inMode: false,
    attachedHumans: 0,
  });
  expect(two?.tags).toEqual({});
  expect(one?.tty).toStartWith("/dev/");
  expect(existsSync(`/proc/${one?.pid}`)).toBe(true);
});

test("tags that tmux could expand are refused", async () => {
  for (const value of ["#(id)", "#{pid}", "é", "a\nb"]) {
    const attempt = createSession(server, tmux.plan("tagged", "exec cat", { tags: { value } }));
    // A newline is escaped by JSON, so it is harmless.
    if (value === "a\nb") await attempt;
    else expect(await attempt.catch((reason: unknown) => reason)).toBeInstanceOf(Error);
  }
  expect((await paneFacts(server, "tagged"))?.tags).toEqual({ value: "a\nb" });
});

test("a session starts again in its pane: log, tags and what was on the screen go on", async () => {
  await createSession(server, tmux.plan("again", "echo first; exit 255", { tags: { a: "b" } }));
  await until("the end", () => log("again").endsWith(endMark(255)));
  await until("the sleep", async () => (await paneFacts(server, "again"))?.programEnded);
  await respawn(server, tmux.plan("again", "echo second; exec cat"));
  await until("the second", () => log("again") === `first\r\n${endMark(255)}second\r\n`);
  expect(await paneFacts(server, "again")).toMatchObject({
    programEnded: false,
    tags: { a: "b" },
    pipeOpen: true,
  });
  const [scrollback] = await server.run([command("capture-pane", "-p", "-S", "-", "-t", "=mcp-again:")]);
  expect(scrollback?.lines.join("\n")).toContain("second");
});

test("a session whose wrapper was killed starts again, and its later output does not end it", async () => {
  await createSession(server, tmux.plan("revived", "echo first; exec cat"));
  await until("the first", () => log("revived") === "first\r\n");
  const before = await paneFacts(server, "revived");
  process.kill(before?.pid ?? Number.NaN, "SIGKILL");
  await until("the death", async () => (await paneFacts(server, "revived"))?.dead);
  await respawn(server, tmux.plan("revived", "echo second; read line; echo third; exec cat"));
  await until("the second", () => log("revived").endsWith("second\r\n"));
  await server.run([command("send-keys", "-t", "=mcp-revived:", "Enter")]);
  await until("the third", () => log("revived").endsWith("third\r\n"));
  expect(await paneFacts(server, "revived")).toMatchObject({ dead: false, pipeOpen: true });
});

test("starting again what does not exist is refused", async () => {
  const error: unknown = await respawn(server, tmux.plan("nobody", "exec cat")).catch(
    (reason: unknown) => reason,
  );
  expect(error instanceof UserError && error.code).toBe("SESSION_NOT_FOUND");
});

test("a pane whose wrapper was killed stays, as dead", async () => {
  await createSession(server, tmux.plan("killed", "echo last words; exec cat"));
  await until("the words", () => log("killed") !== "");
  await killPane(server, "killed");
  await until("the death", async () => (await paneFacts(server, "killed"))?.dead);
  // Up to 3.2 tmux adds a line of its own, which moves the rest up.
  const [scrollback] = await server.run([command("capture-pane", "-p", "-S", "-", "-t", "=mcp-killed:")]);
  expect(scrollback?.lines[0]).toBe("last words");
});

test("a number file outside of the runtime folder is refused", async () => {
  const numberFile = join(tmux.folder, "elsewhere");
  writeFileSync(numberFile, "1\n");
  const plan = tmux.plan("outside", "exec cat", { numberFile });
  expect(await createSession(server, plan).catch((reason: unknown) => reason)).toBeInstanceOf(Error);
});

function log(name: string): string {
  const file = tmux.logFile(name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Never a process id that was not found: -1 would mean all processes. */
async function killPane(server: TmuxServer, name: string): Promise<void> {
  const pane = await paneFacts(server, name);
  if (pane === undefined) throw new Error(`no pane of ${name}`);
  signalProcess(pane.pid, "SIGKILL");
}
