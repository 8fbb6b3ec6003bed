import { expect, setDefaultTimeout, test } from "bun:test";

import { startServer } from "./server-process.ts";

setDefaultTimeout(30_000);

test("calls run side by side, and the end of input leaves time for answers in flight", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "execute_command", { session_name: "web", command: "wait 300" });
  server.call(2, "execute_command", { session_name: "web", command: "wait 1" });
  server.endInput();
  const order = [(await server.next()).id, (await server.next()).id];
  expect(order).toEqual([2, 1]);
  expect(await server.exited()).toBe(0);
});

test.each(["", " stubborn"])(
  "a call that goes on for longer is aborted at the end of input (wait 60000%s)",
  async (manner) => {
    await using server = startServer();
    await server.initialize();
    server.call(1, "execute_command", { session_name: "web", command: `wait 60000${manner}` });
    server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
    await server.answer(2);
    const started = performance.now();
    server.endInput();
    expect(await server.exited()).toBe(0);
    expect(performance.now() - started).toBeLessThan(1500);
    if (manner === "") expect((await server.answer(1)).error?.code).toBe(-32000);
  },
);

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s ends it with the answers in flight",
  async (signal) => {
    await using server = startServer();
    await server.initialize();
    server.call(1, "execute_command", { session_name: "web", command: "wait 200" });
    server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
    await server.answer(2);
    server.kill(signal);
    expect((await server.answer(1)).result?.structuredContent).toMatchObject({ exit_code: 0 });
    expect(await server.exited()).toBe(0);
  },
);

test("a last line without its newline is served, half a line is a parse error", async () => {
  await using whole = startServer();
  await whole.initialize();
  whole.write('{"jsonrpc":"2.0","id":9,"method":"ping"}');
  whole.endInput();
  expect(await whole.answer(9)).toMatchObject({ result: {} });
  await using half = startServer();
  await half.initialize();
  half.write('{"jsonrpc":"2.0","id":9,"meth');
  half.endInput();
  expect((await half.next()).error?.code).toBe(-32700);
  expect(await half.exited()).toBe(0);
});

test("no input at all ends it at once", async () => {
  await using server = startServer();
  server.endInput();
  expect(await server.exited()).toBe(0);
});

test("a closed stdout ends it quietly", async () => {
  await using server = startServer();
  await server.initialize();
  await server.closeOutput();
  server.send({ jsonrpc: "2.0", id: 2, method: "ping" });
  expect(await server.exited()).toBe(0);
  expect(await server.stderr()).toBe("served\n");
});

test("a stdout that was closed while nothing was asked ends it in the next call, before that is over", async () => {
  await using server = startServer();
  await server.initialize();
  server.call(1, "list_connections", {});
  await server.answer(1);
  await server.closeOutput();
  server.call(2, "execute_command", { session_name: "web", command: "wait 60000" });
  expect(await server.exited()).toBe(0);
});

test.each([0, 7, "a"])("a cancelled call (id %j) is aborted and gets no answer", async (id) => {
  await using server = startServer();
  await server.initialize();
  server.call("first", "list_connections", {});
  expect(await server.next()).toMatchObject({ id: "first" });
  server.call(id, "execute_command", { session_name: "web", command: "wait 60000" });
  server.send({ jsonrpc: "2.0", id: "before", method: "ping" });
  expect(await server.next()).toMatchObject({ id: "before" });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "unknown" } });
  server.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: {} } });
  server.send({ jsonrpc: "2.0", id: "after", method: "ping" });
  expect(await server.next()).toMatchObject({ id: "after" });
  const started = performance.now();
  server.endInput();
  expect(await server.exited()).toBe(0);
  expect(performance.now() - started).toBeLessThan(500);
  expect(await server.stderr()).toContain("aborted");
  expect(server.unread()).toEqual([]);
});

test("a call that is cancelled before it began does nothing", async () => {
  await using server = startServer();
  await server.initialize();
  const print = { name: "execute_command", arguments: { session_name: "web", command: "print" } };
  const messages = [
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: print },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } },
  ];
  server.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  server.endInput();
  expect(await server.exited()).toBe(0);
  expect(await server.stderr()).toBe("served\n");
});
