import { expect, test } from "bun:test";

import * as z from "zod";

import { UserError } from "../../../src/base/user-error.ts";
import { readArguments } from "../../../src/server/arguments.ts";
import { tools } from "../../../src/server/tools.ts";

const schema = z.object({
  session_name: z.string(),
  command: z.string().optional(),
  wait_seconds: z.number().min(0).max(3600).optional(),
  num_lines: z.int().min(1).max(10_000).optional(),
  force: z.boolean().optional(),
  view: z.enum(["auto", "screen"]).optional(),
  expect: z.object({ user: z.string().optional(), host: z.string().optional() }).optional(),
  keys: z.array(z.string()).optional(),
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ["null counts as absent", { num_lines: null, expect: { user: null } }, { expect: {} }],
  ["a null of an unknown key counts as absent too", { whatever: null }, {}],
  [
    "a string that is a number is taken as one",
    { wait_seconds: "2.5", num_lines: "20" },
    { wait_seconds: 2.5, num_lines: 20 },
  ],
  ["a string that is a boolean is taken as one", { force: "true" }, { force: true }],
  ["and so is the other boolean", { force: "false" }, { force: false }],
  [
    "a string that is a JSON object is taken as one",
    { expect: '{"user":"root"}' },
    { expect: { user: "root" } },
  ],
  ["a string that is a JSON list is taken as one", { keys: '["a","b"]' }, { keys: ["a", "b"] }],
  ["a command that is a number, a boolean or JSON stays a string", { command: "5" }, { command: "5" }],
  ["also true", { command: "true" }, { command: "true" }],
  ["also null as a word", { command: "null" }, { command: "null" }],
  ["also an object", { command: '{"a":1}' }, { command: '{"a":1}' }],
  [
    "keys that clients add are dropped",
    { _meta: 1, toolCallId: "x", tool_call_description: "y", ["__proto__x"]: 2 },
    {},
  ],
])("%s", (_title, raw, expected) => {
  const { values, adjusted } = readArguments("tool", schema, { session_name: "web", ...raw });
  expect(values).toEqual({ session_name: "web", ...expected });
  expect(adjusted).toEqual({});
});

test("numbers out of range are clamped and the value taken is told", () => {
  const { values, adjusted } = readArguments("tool", schema, {
    session_name: "web",
    wait_seconds: -3,
    num_lines: "999999999999999999999999",
  });
  expect(values).toMatchObject({ wait_seconds: 0, num_lines: 10_000 });
  expect(adjusted).toEqual({ wait_seconds: 0, num_lines: 10_000 });
});

test("a number that JSON makes infinite is clamped", () => {
  expect(
    readArguments("tool", schema, { session_name: "web", wait_seconds: Infinity }).values.wait_seconds,
  ).toBe(3600);
});

test.each<[string, Record<string, unknown>, string, string]>([
  ["a missing argument is named", {}, "session_name is missing", "tool takes session_name, command?"],
  ["null for a required one is missing", { session_name: null }, "session_name is missing", "tool takes"],
  [
    "an unknown key is refused with the nearest",
    { session_name: "w", wait_secnds: 1 },
    'there is no parameter "wait_secnds"',
    "Did you mean wait_seconds?",
  ],
  [
    "an unknown key inside an object too",
    { session_name: "w", expect: { hosts: "a" } },
    'there is no parameter "expect.hosts"',
    "Did you mean expect.host?",
  ],
  [
    "names of Object's own members are unknown keys",
    { session_name: "w", constructor: 1 },
    'there is no parameter "constructor"',
    "tool takes",
  ],
  [
    "a wrong kind is named with the value",
    { session_name: 5 },
    "session_name must be a string, not 5",
    "tool takes",
  ],
  [
    "a word for a number",
    { session_name: "w", wait_seconds: "soon" },
    'wait_seconds must be a number, not "soon"',
    "tool takes",
  ],
  [
    "blanks around a number make it no number",
    { session_name: "w", wait_seconds: " 5 " },
    'wait_seconds must be a number, not " 5 "',
    "tool takes",
  ],
  [
    "hexadecimal is no number",
    { session_name: "w", wait_seconds: "0x10" },
    'wait_seconds must be a number, not "0x10"',
    "tool takes",
  ],
  [
    "a fraction for a count",
    { session_name: "w", num_lines: 2.5 },
    "num_lines must be a whole number, not 2.5",
    "tool takes",
  ],
  [
    "yes for a boolean",
    { session_name: "w", force: "yes" },
    'force must be true or false, not "yes"',
    "tool takes",
  ],
  [
    "a choice that is none",
    { session_name: "w", view: "scren" },
    'view must be one of auto, screen, not "scren"',
    "tool takes",
  ],
  [
    "a list for an object",
    { session_name: "w", expect: [] },
    "expect must be an object, not a list",
    "tool takes",
  ],
  [
    "JSON of the wrong kind for an object",
    { session_name: "w", expect: "[1]" },
    'expect must be an object, not "[1]"',
    "tool takes",
  ],
])("%s", (_title, raw, message, hint) => {
  const error = thrownBy(() => readArguments("tool", schema, raw));
  expect(error.code).toBe("INVALID_ARGUMENT");
  expect(error.message).toBe(message);
  expect(error.hint).toContain(hint);
});

test("a huge unknown key is refused at once and not repeated whole", () => {
  const started = performance.now();
  const error = thrownBy(() => readArguments("tool", schema, { ["x".repeat(5_000_000)]: 1 }));
  expect(error.message.length).toBeLessThan(200);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each(["", "a b", "../x", "ä", "x".repeat(65), "a\n", "-x y"])(
  "%j is refused as a session's name by every tool that takes one",
  (name) => {
    for (const tool of tools.filter(({ input }) => "session_name" in input.shape)) {
      const raw = { session_name: name, connection_config_name: "c", command: "true" };
      const own = Object.fromEntries(Object.entries(raw).filter(([key]) => key in tool.input.shape));
      expect(thrownBy(() => readArguments(tool.name, tool.input, own)).message).toContain(
        "session_name must be 1 to 64",
      );
    }
  },
);

function thrownBy(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
