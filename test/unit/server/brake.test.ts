import { expect, setSystemTime, test } from "bun:test";

import { Brake } from "../../../src/server/brake.ts";

let nowMs = 0;
const open = { connection_config_name: "web", session_name: "s" };

function fail(brake: Brake, times: number, args: Record<string, unknown>, code = "AUTH_FAILED"): void {
  for (let count = 0; count < times; count++) {
    brake.admit("open_connection", args);
    brake.note("open_connection", args, code);
  }
}

test("a login that the host refuses is given a rest before the account may be locked, whatever the session's name", () => {
  const brake = new Brake(() => nowMs);
  fail(brake, 4, open);
  fail(brake, 1, { ...open, session_name: "other" });
  expect(() => brake.admit("open_connection", open)).toThrow(
    expect.objectContaining({ code: "RATE_LIMITED" }),
  );
  brake.admit("open_connection", { ...open, connection_config_name: "db" });
  nowMs += 600_001;
  brake.admit("open_connection", open);
});

test.each([
  ["forward", 86_400_000],
  ["back", -86_400_000],
])("a clock that is set %s by a day ends no rest and begins none", (_, step) => {
  const brake = new Brake();
  fail(brake, 5, open);
  setSystemTime(Date.now() + step);
  try {
    expect(() => brake.admit("open_connection", open)).toThrow(
      expect.objectContaining({ code: "RATE_LIMITED" }),
    );
    brake.admit("open_connection", { ...open, connection_config_name: "db" });
  } finally {
    setSystemTime();
  }
});

test("a login that works is no failure any more", () => {
  const brake = new Brake(() => nowMs);
  fail(brake, 4, open);
  brake.note("open_connection", open, undefined);
  fail(brake, 4, open);
  brake.admit("open_connection", open);
});

test("the same mistake again and again is stopped, another call is not", () => {
  const brake = new Brake(() => nowMs);
  fail(brake, 50, open, "CONFIG_NOT_FOUND");
  expect(() => brake.admit("open_connection", open)).toThrow(
    expect.objectContaining({ code: "RATE_LIMITED" }),
  );
  brake.admit("open_connection", { ...open, session_name: "other" });
});

test("what waits for a human may be asked as often as one likes", () => {
  const brake = new Brake(() => nowMs);
  fail(brake, 100, open, "APPROVAL_PENDING");
  fail(brake, 100, open, "SESSION_BUSY");
});

test("calls without a pause are stopped, and go on after it", () => {
  const brake = new Brake(() => nowMs);
  for (let count = 0; count < 4_000; count++) brake.admit("list_connections", {});
  expect(() => brake.admit("list_connections", {})).toThrow(
    expect.objectContaining({ code: "RATE_LIMITED" }),
  );
  nowMs += 1_000;
  for (let count = 0; count < 200; count++) brake.admit("list_connections", {});
});
