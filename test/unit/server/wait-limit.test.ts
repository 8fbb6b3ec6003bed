import { expect, test } from "bun:test";

import { effectiveWaitSeconds, waitLimits } from "../../../src/server/wait-limit.ts";

test.each([
  ["a client of which nothing is known bears 50 s", {}, 600, 50],
  ["the settings may say that it bears more", { maxWaitSeconds: 300 }, 600, 300],
  ["or less", { maxWaitSeconds: 5 }, 30, 5],
  ["no wait is longer than an hour", { maxWaitSeconds: 100_000 }, 90_000, 3600],
  ["what was asked is taken within that", {}, 2.5, 2.5],
  ["no wait is negative", { maxWaitSeconds: 5 }, -1, 0],
])("%s", (_title, settings, asked, effective) => {
  expect(effectiveWaitSeconds(asked, waitLimits(settings))).toBe(effective);
});
