import { expect, test } from "bun:test";

import { SessionTurns } from "../../../src/server/session-turns.ts";

test("calls on one session begin in their order though the first takes longer to prepare", async () => {
  const turns = new SessionTurns();
  const slow = Promise.withResolvers<void>();
  const order: string[] = [];
  const calls = [
    turns.take("web", () => slow.promise).then(() => order.push("first")),
    turns.take("WEB", async () => undefined).then(() => order.push("second")),
    turns.take("other", async () => undefined).then(() => order.push("other session")),
  ];
  await calls[2];
  slow.resolve();
  await Promise.all(calls);
  expect(order).toEqual(["other session", "first", "second"]);
});

test("a call that fails to prepare does not stop the next", async () => {
  const turns = new SessionTurns();
  const failing = turns.take("web", () => Promise.reject(new Error("no")));
  const next = turns.take("web", async () => "found");
  expect(failing).rejects.toThrow("no");
  expect(await next).toBe("found");
});
