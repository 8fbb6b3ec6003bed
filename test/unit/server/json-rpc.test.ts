import { expect, test } from "bun:test";

import { parseLine, readMessage } from "../../../src/server/json-rpc.ts";

test.each([
  ["words", "hello"],
  ["half a message", '{"jsonrpc":"2.0","id":1,"meth'],
  ["invalid UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ["a bomb of brackets", "[".repeat(1_000_000)],
])("%s is a parse error with the id null", (_title, line) => {
  expect(parseLine(Buffer.from(line))).toMatchObject({ fault: { id: null, error: { code: -32700 } } });
});

test.each(["", "   ", "\r", "\t\r"])("a blank line %j is nothing", (line) => {
  expect(parseLine(Buffer.from(line))).toBeUndefined();
});

const request = { jsonrpc: "2.0", id: 7, method: "tools/list" };

test.each<[string, unknown, number, string | number | null]>([
  ["a number", 5, -32600, null],
  ["null", null, -32600, null],
  ["an empty object", {}, -32600, null],
  ["another version", { ...request, jsonrpc: "1.0" }, -32600, 7],
  ["no version", { id: "a", method: "x" }, -32600, "a"],
  ["no method", { jsonrpc: "2.0", id: 7 }, -32600, 7],
  ["a method that is no string", { ...request, method: 5 }, -32600, 7],
  ["an id of null", { ...request, id: null }, -32600, null],
  ["a fraction as id", { ...request, id: 1.5 }, -32600, null],
  ["an object as id", { ...request, id: {} }, -32600, null],
  ["params that are a list", { ...request, params: [] }, -32602, 7],
  ["params that are a string", { ...request, params: "x" }, -32602, 7],
  ["_meta that is a number", { ...request, params: { _meta: 5 } }, -32602, 7],
  ["a progress token that is an object", { ...request, params: { _meta: { progressToken: {} } } }, -32602, 7],
  [
    "initialize without a version",
    { ...request, method: "initialize", params: { capabilities: {} } },
    -32602,
    7,
  ],
])("%s is refused with the id where there is one", (_title, value, code, id) => {
  expect(readMessage(value)).toMatchObject({ kind: "fault", fault: { id, error: { code } } });
});

test.each([
  ["an answer that is none", { jsonrpc: "2.0", id: 5, result: 7 }],
  ["an error about nothing", { jsonrpc: "2.0", id: null, error: { code: 1, message: "x" } }],
  ["a notification with params that are none", { jsonrpc: "2.0", method: "notifications/x", params: 5 }],
])("%s is met with silence", (_title, value) => {
  expect(readMessage(value)).toEqual({ kind: "nothing" });
});

test("an answer of the client is read with its id", () => {
  const answer = { jsonrpc: "2.0", id: 5, result: { action: "accept" } };
  const read: unknown = readMessage(answer);
  expect(read).toEqual({ kind: "answer", answer });
});

test("a request passes without what is not ours: foreign keys and a task", () => {
  const params = { name: "x", task: { ttl: 5 }, _meta: { progressToken: 0 } };
  const passed: unknown = readMessage({ ...request, extra: 1, params });
  expect(passed).toEqual({
    kind: "request",
    request: { ...request, params: { name: "x", _meta: { progressToken: 0 } } },
  });
});
