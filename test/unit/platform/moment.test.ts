import { afterEach, expect, setSystemTime, test } from "bun:test";

import { momentNow, msBetween } from "../../../src/platform/moment.ts";

const dayMs = 86_400_000;

afterEach(() => setSystemTime());

test.each([
  ["forward", dayMs],
  ["back", -dayMs],
])(
  "a clock that is set %s between two moments changes nothing where the machine tells how long it runs",
  (_, step) => {
    const before = momentNow();
    setSystemTime(Date.now() + step);
    const after = momentNow();
    expect(Date.parse(after.at) - Date.parse(before.at)).toBeWithin(step - 1, step + 60_000);
    if (process.platform === "linux") expect(msBetween(before, after)).toBeLessThan(60_000);
  },
);

test("without that, and over a new start, the clock on the wall must do, and never gives less than 0", () => {
  const [noon, one] = ["2026-11-28T12:00:00.000Z", "2026-11-28T13:00:00.000Z"];
  const hourMs = 3_600_000;
  const [first, second] = ["00000001:5000", "00000002:9000"];
  expect(msBetween({ at: noon }, { at: one })).toBe(hourMs);
  expect(msBetween({ at: one }, { at: noon })).toBe(0);
  expect(msBetween({ at: noon, up: first }, { at: one })).toBe(hourMs);
  expect(msBetween({ at: noon, up: first }, { at: one, up: second })).toBe(hourMs);
  expect(msBetween({ at: noon, up: "no such" }, { at: one, up: "no such" })).toBe(hourMs);
  expect(msBetween({ at: noon, up: first }, { at: one, up: "00000001:7500" })).toBe(2_500);
  expect(msBetween({ at: noon, up: "00000001:7500" }, { at: one, up: first })).toBe(0);
});
