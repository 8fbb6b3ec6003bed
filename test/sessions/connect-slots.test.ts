import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ConnectSlots } from "../../src/sessions/connect-slots.ts";
import { until } from "../support/private-tmux.ts";

const host = { host: "web", port: 22 };

function openPlace(): Disposable & { readonly slots: ConnectSlots } {
  const folder = mkdtempSync(join(tmpdir(), "slots-"));
  return {
    slots: new ConnectSlots(folder),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const limits = (signal = new AbortController().signal, withinMs = 20_000) => ({
  signal,
  deadlineMs: performance.now() + withinMs,
});

test("eight run at once, the others in the order of the calls, and another host is not held up", async () => {
  using place = openPlace();
  const begun: number[] = [];
  const gates = Array.from({ length: 12 }, () => Promise.withResolvers<void>());
  const runs = gates.map((gate, index) =>
    place.slots.run(host, limits(), () => {
      begun.push(index);
      return gate.promise;
    }),
  );
  await until("eight have begun", () => begun.length === 8);
  expect(await place.slots.run({ ...host, port: 23 }, limits(), async () => "other")).toBe("other");
  for (const [index, gate] of gates.entries()) {
    gate.resolve();
    await runs[index];
  }
  expect(begun.slice(8)).toEqual([8, 9, 10, 11]);
});

test("who waits leaves when it is cancelled or its time is over, and a failed open frees its slot", async () => {
  using place = openPlace();
  const gate = Promise.withResolvers<void>();
  const failing = Array.from({ length: 8 }, () =>
    place.slots.run(host, limits(), () => gate.promise).catch(String),
  );
  const abort = new AbortController();
  const cancelled = place.slots.run(host, limits(abort.signal), async () => "ran").catch(String);
  const late = place.slots.run(host, limits(undefined, 50), async () => "ran").catch(String);
  abort.abort(new Error("enough"));
  expect(await cancelled).toContain("enough");
  expect(await late).toContain("8 other sessions are being opened on web port 22");
  gate.reject(new Error("failed"));
  expect(await Promise.all(failing)).toEqual(Array(8).fill("Error: failed"));
  expect(await place.slots.run(host, limits(), async () => "ran")).toBe("ran");
});
