import { expect, test } from "bun:test";

import { CallRate } from "../../../src/policy/call-rate.ts";

test("so many at once, then so many a second, and it says when the next may come", () => {
  const rate = new CallRate({ perSecond: 10, burst: 3 }, 0);
  expect([rate.take(0), rate.take(0), rate.take(0)]).toEqual([undefined, undefined, undefined]);
  expect(rate.take(0)).toEqual({ waitMs: 100 });
  expect(rate.take(50)).toEqual({ waitMs: 50 });
  expect(rate.take(100)).toBeUndefined();
  expect(rate.take(100)).toEqual({ waitMs: 100 });
});

test("no more than the burst is saved up", () => {
  const rate = new CallRate({ perSecond: 10, burst: 2 }, 0);
  const taken = [1, 2, 3].map(() => rate.take(1_000_000));
  expect(taken).toEqual([undefined, undefined, { waitMs: 100 }]);
});
