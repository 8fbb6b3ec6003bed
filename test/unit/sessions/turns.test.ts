import { expect, test } from "bun:test";

import { Turns } from "../../../src/sessions/turns.ts";

test("work is done in the order in which it was asked for, each piece after the one before", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const slow = Promise.withResolvers<void>();
  const first = turns.run(async () => {
    await slow.promise;
    done.push("first");
  });
  const second = turns.run(async () => done.push("second"));
  slow.resolve();
  await Promise.all([first, second]);
  expect(done).toEqual(["first", "second"]);
});

test("work that fails tells its own caller, and does not stop the next", async () => {
  const turns = new Turns();
  const failing = turns.run(() => Promise.reject(new Error("mine")));
  const next = turns.run(async () => "done");
  expect(failing).rejects.toThrow("mine");
  expect(await next).toBe("done");
});
