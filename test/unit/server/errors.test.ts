import { expect, test } from "bun:test";

import { UserError } from "../../../src/base/user-error.ts";
import { call } from "./call-directly.ts";
import { opened, outcome, type FakeAnswers } from "./fake-service.ts";

test("an error is code, message, hint and details, then the fenced screen of at most 8,000 characters", async () => {
  const failing: FakeAnswers = {
    execute: async () => {
      throw new UserError("SESSION_BUSY", "c3 is still running", "Wait with get_terminal_output.", {
        details: {
          by: "command",
          runningMs: 1200,
          where: { isRoot: true, host: "a\nb" },
          screen: `\u001b[2J${"s".repeat(9000)}`,
        },
      });
    },
  };
  const { text, structured, isError } = await call(
    "execute_command",
    { session_name: "web", command: "x" },
    failing,
  );
  const lines = text.split("\n");
  expect(isError).toBe(true);
  expect(lines.slice(0, 3)).toEqual([
    "SESSION_BUSY: c3 is still running",
    "hint: Wait with get_terminal_output.",
    'details: {"by":"command","running_ms":1200,"where":{"is_root":true,"host":"a b"}}',
  ]);
  expect(lines[4]?.length).toBe(8000);
  expect(structured).toMatchObject({
    error: {
      code: "SESSION_BUSY",
      message: "c3 is still running",
      details: { by: "command", running_ms: 1200 },
    },
  });
});

test("a bug becomes INTERNAL without its text, which goes to the log once", async () => {
  const logged: string[] = [];
  const failing: FakeAnswers = { execute: () => Promise.reject(new TypeError("secret internals")) };
  const { text, structured } = await call("execute_command", { session_name: "web", command: "x" }, failing, {
    logged,
  });
  expect(text).toStartWith("INTERNAL: ");
  expect(JSON.stringify(structured) + text).not.toContain("secret internals");
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("secret internals");
});

test("an unknown session is an error that names those there are", async () => {
  const { structured } = await call("interrupt_command", { session_name: "wob" });
  expect(structured).toMatchObject({ error: { code: "SESSION_NOT_FOUND", details: { names: ["web"] } } });
});

test("results: text leaves out the structured part, of errors too", async () => {
  const good = await call("execute_command", { session_name: "web", command: "x" }, {}, { textOnly: true });
  const bad = await call("execute_command", { session_name: "web" }, {}, { textOnly: true });
  expect([good.structured, bad.structured]).toEqual([{}, {}]);
  expect(bad.text).toStartWith("INVALID_ARGUMENT: command is missing");
});

test("a call that is cancelled before or while its session is looked for reaches no session and is no bug", async () => {
  const logged: string[] = [];
  const reached: string[] = [];
  const answers: FakeAnswers = {
    open: async () => {
      reached.push("open");
      return opened();
    },
    execute: async () => {
      reached.push("execute");
      return outcome();
    },
  };
  const cancelling = new AbortController();
  const during = call("execute_command", { session_name: "web", command: "x" }, answers, {
    logged,
    signal: cancelling.signal,
  });
  cancelling.abort();
  const args = { connection_config_name: "prod", session_name: "web" };
  const before = call("open_connection", args, answers, { logged, signal: cancelling.signal });
  const ends = await Promise.allSettled([before, during]);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect({ reached, logged }).toEqual({ reached: [], logged: [] });
});
