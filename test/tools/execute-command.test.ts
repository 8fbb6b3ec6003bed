import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseCursor } from "../../src/base/cursor.ts";
import { acquireFileLock } from "../../src/platform/file-lock.ts";
import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({
    shell: "/bin/bash",
    files: { ".bash_profile": "PS1='\\u@\\h:\\w\\$ '\n" },
  });
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

const isIdle = async () => (await session.read()).fields["state"] === "idle";

/** The processes of the remote session `s`, sshd's own first. */
function remoteProcesses(): number[] {
  const pid = Number(session.remoteFile("pid"));
  const sshd = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return [sshd, pid];
}

describe("output", () => {
  test.each([
    ["printf 'one\\ntwo\\n'", "one\ntwo", 2],
    ["printf abc", "abc", 1],
    ["printf '\\n\\na\\n\\n\\n'", "\n\na\n\n", 5],
    ["printf 'a\\n\\n'", "a\n", 2],
    ["true", "", 0],
    ["echo one\necho two", "one\ntwo", 2],
    ["printf '\\033[31mred\\033[0m\\t|\\n'", "red\t|", 1],
    ['for i in 1 2 3; do printf "\\r$i of 3"; done; echo', "3 of 3", 1],
  ])("of %p is what it printed, without prompt and echo", async (command, output, total) => {
    const { fields } = await session.run(command);
    expect(fields).toMatchObject({ state: "idle", ended_by: "command_ended", output, total_lines: total });
  });

  test("of 30 MB is its beginning and its end, with the count of what is left out between them", async () => {
    const command = "echo the beginning; seq 1 4000000; echo the end";
    const { fields } = await session.run(command, { wait_seconds: 50, num_lines: 8 });
    expect(fields).toMatchObject({ ended_by: "command_ended", truncated: true, total_lines: 4_000_002 });
    expect(fields["bytes_missed"]).toBeUndefined();
    const lines = String(fields["output"]).split("\n");
    expect(lines.toSpliced(2, 1)).toEqual([
      "the beginning",
      "1",
      "3999996",
      "3999997",
      "3999998",
      "3999999",
      "4000000",
      "the end",
    ]);
    const bytesLeftOut = 30_888_896 - 2 - 5 * 8;
    expect(lines[2]).toStartWith(`[… 3999994 lines, ${bytesLeftOut} bytes left out; `);
  }, 60_000);

  test("of 1 MB in one line is that line, with the count of what is left out", async () => {
    const { fields } = await session.run("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo next");
    expect(fields).toMatchObject({ truncated: true, total_lines: 2 });
    expect(String(fields["output"])).toMatch(/x\nnext$/);
  }, 60_000);

  test("of random bytes does no harm", async () => {
    expect((await session.run("head -c 200000 /dev/urandom")).isError).toBe(false);
    session.humanTypes("C-c");
    await session.run("reset");
    await until("the prompt", isIdle, 20_000);
    expect((await session.run("echo next")).fields["output"]).toBe("next");
  }, 60_000);
});

describe("without wait_seconds", () => {
  test("a command that ends at once is returned whole", async () => {
    const startedAt = performance.now();
    const { fields } = await session.run("echo quick", { wait_seconds: 0 });
    expect(fields).toMatchObject({ state: "idle", ended_by: "command_ended", output: "quick" });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("one that goes on is returned running within 300 ms, and its end is seen later", async () => {
    const startedAt = performance.now();
    const { fields } = await session.run("seq 1 60; sleep 1; echo done", { wait_seconds: 0 });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(fields).toMatchObject({ state: "running", total_lines: 60, truncated: true });
    expect(fields["ended_by"]).toBeUndefined();
    expect(fields["output"]).toEndWith("59\n60");
    const later = await session.read({ cursor: fields["cursor"], wait_seconds: 20 });
    expect(later.fields).toMatchObject({ state: "idle", ended_by: "command_ended", view: "new" });
    expect(later.fields["output"]).toStartWith("done\n");
  }, 30_000);
});

describe("nothing is typed", () => {
  const busyBecause = async (command = "touch ~/never") => {
    const before = session.log();
    const { code, fields } = await session.run(command, { wait_seconds: 0 });
    expect(session.log()).toBe(before);
    expect(session.remoteFile("never")).toBeUndefined();
    return [code, fields["error"]] as const;
  };

  test("while a command runs; the error names it", async () => {
    const started = await session.run("sleep 30", { wait_seconds: 0 });
    const [code, error] = await busyBecause();
    expect(code).toBe("SESSION_BUSY");
    expect(error).toMatchObject({
      details: { command: "sleep 30", command_id: started.fields["command_id"] },
    });
    expect((await session.interrupt()).fields["interrupted"]).toBe(true);
  }, 30_000);

  test("where a human has typed a line; the text stays, to be sent by the human", async () => {
    session.humanTypes("-l", "echo the human");
    await until("the echo", () => session.log().endsWith("echo the human"));
    const [code, error] = await busyBecause();
    expect([code, JSON.stringify(error)]).toEqual([
      "SESSION_BUSY",
      expect.stringContaining("a human has typed"),
    ]);
    const atEnd = session.log();
    session.humanTypes("Home");
    await until("the cursor's way", () => session.log() !== atEnd);
    expect((await busyBecause())[0]).toBe("SESSION_BUSY");
    session.humanTypes("Enter");
    await until("the human's output", async () =>
      String((await session.read()).fields["output"]).includes("\nthe human\n"),
    );
    await until("the prompt", isIdle);
  }, 30_000);

  test("while a human looks through the scrollback", async () => {
    session.home.tmux("copy-mode", "-t", "=mcp-s:");
    expect((await busyBecause())[0]).toBe("SESSION_BUSY");
    session.home.tmux("send-keys", "-t", "=mcp-s:", "-X", "cancel");
    expect((await session.run("echo next")).fields["output"]).toBe("next");
  });

  test("where another user is expected; none of the expectations is no expectation", async () => {
    const before = session.log();
    const { code } = await session.run("touch ~/never", { expect: { user: "nobody-of-this-name" } });
    expect([code, session.log() === before]).toEqual(["EXPECTATION_FAILED", true]);
    expect((await session.run("echo next", { expect: {} })).fields["output"]).toBe("next");
  });

  test("by a call that is cancelled while another process types", async () => {
    const cancelled = new AbortController();
    const other = await acquireFileLock(join(session.home.root, "locks", "s.input"), 5_000);
    const call = session.run("touch ~/never", {}, { signal: cancelled.signal });
    await session.read();
    cancelled.abort();
    expect(call).rejects.toThrow();
    await session.read();
    other.release();
    expect((await session.run("echo next")).fields["output"]).toBe("next");
    expect(session.remoteFile("never")).toBeUndefined();
  }, 30_000);
});

test("cancelling ends the wait alone: the command goes on", async () => {
  const cancelled = new AbortController();
  const running = session.run(
    "touch ~/started; sleep 1; echo yes > ~/finished",
    {},
    { signal: cancelled.signal },
  );
  await until("its start", () => session.remoteFile("started") !== undefined);
  cancelled.abort();
  expect(running).rejects.toThrow();
  expect((await session.run("true", { wait_seconds: 0 })).code).toBe("SESSION_BUSY");
  await until("its end", () => session.remoteFile("finished") === "yes\n");
  await until("the prompt", isIdle);
}, 30_000);

test("twenty calls at once run in their order or are told that the session is busy", async () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  const results = await Promise.all(
    numbers.map((number) => session.run(`echo ${number} >> ~/order`, { wait_seconds: 0 })),
  );
  const ran = numbers.filter((number) => results[number]?.isError === false);
  await until("the prompt", isIdle);
  expect(results.every(({ isError, code }) => !isError || code === "SESSION_BUSY")).toBe(true);
  expect(session.remoteFile("order")).toBe(ran.map((number) => `${number}\n`).join(""));
  expect(ran).toContain(0);
}, 30_000);

test("a wait delays no other call on its session, and no call on another", async () => {
  await session.open("other");
  const waiting = session.run("sleep 20", { wait_seconds: 20 });
  await until("the wait", async () => (await session.read()).fields["state"] === "running");
  const startedAt = performance.now();
  const other = await session.run("echo beside", { session_name: "other" });
  expect(other.fields["output"]).toBe("beside");
  expect((await session.interrupt()).fields["interrupted"]).toBe(true);
  expect((await waiting).fields).toMatchObject({ ended_by: "command_ended" });
  expect(performance.now() - startedAt).toBeLessThan(8_000);
}, 40_000);

describe("when the link stalls", () => {
  test("no Enter is pressed, and what was typed is cleared by the next call", async () => {
    await session.run("echo $$ > ~/pid");
    const processes = remoteProcesses();
    processes.forEach((pid) => process.kill(pid, "SIGSTOP"));
    try {
      const { fields } = await session.run("touch ~/never");
      expect(fields).toMatchObject({ state: "unknown", ended_by: "no_echo", link: "stalled" });
      expect((await session.run("touch ~/never")).code).toBe("SESSION_BUSY");
    } finally {
      processes.toReversed().forEach((pid) => process.kill(pid, "SIGCONT"));
    }
    const next = await until(
      "the next command",
      async () => {
        const result = await session.run("echo next");
        return result.isError ? undefined : result;
      },
      20_000,
    );
    expect(next.fields["output"]).toBe("next");
    expect(session.remoteFile("never")).toBeUndefined();
  }, 60_000);
});

describe("left-over text of a server that died while it typed is cleared by the next call:", () => {
  test.each(["touch ~/never", "cat > ~/never <<X\nbody\n  X # no"])(
    "%p",
    async (command) => {
      const ledger = join(session.home.root, "logs", "s.commands.jsonl");
      const lines = readFileSync(ledger, "utf8").split("\n");
      const last: unknown = JSON.parse(lines.findLast((line) => line.startsWith('{"step":"sent"')) ?? "");
      const before = session.log();
      const offset = parseCursor(String((await session.read()).fields["cursor"]))?.offset;
      const record = {
        ...(typeof last === "object" ? last : {}),
        step: "typed",
        id: "c999",
        offset,
        command,
      };
      await Bun.write(ledger, `${readFileSync(ledger, "utf8")}${JSON.stringify(record)}\n`);
      session.home.tmux("set-buffer", "-b", "test", command);
      session.home.tmux("paste-buffer", "-p", "-r", "-b", "test", "-t", "=mcp-s:");
      await until("the echo", () => session.log().slice(before.length).includes(command.slice(-8)));
      const { fields } = await session.run("echo next");
      expect(fields).toMatchObject({ ended_by: "command_ended", output: "next" });
      expect(session.remoteFile("never")).toBeUndefined();
    },
    30_000,
  );
});

test("when ssh ends meanwhile the outcome says so, with the output so far", async () => {
  const { fields, isError } = await session.run("echo last words; kill -9 $$");
  expect(isError).toBe(false);
  expect(fields).toMatchObject({ state: "disconnected", ended_by: "disconnected" });
  expect(fields["output"]).toStartWith("last words");
  expect((await session.run("true")).code).toBe("SESSION_DISCONNECTED");
}, 30_000);
