import { expect, test } from "bun:test";

import { UserError } from "../../../src/base/user-error.ts";
import { atLeast, parseTmuxVersion, requireSupportedVersion } from "../../../src/tmux/version.ts";

test("versions sort as they were released", () => {
  const sorted = [
    "1.8",
    "2.5",
    "2.6",
    "2.9",
    "2.9a",
    "3.0",
    "3.0a",
    "3.1b",
    "3.3",
    "3.3a",
    "3.6b",
    "next-3.7",
    "3.7",
    "3.7c",
  ];
  const orders = sorted.map((text) => parseTmuxVersion(`tmux ${text}\n`)?.order ?? Number.NaN);
  expect(orders).toEqual(orders.toSorted((left, right) => left - right));
  expect(new Set(orders).size).toBe(sorted.length);
});

test("a development build has what came before the release that it leads to", () => {
  const version = parseTmuxVersion("tmux next-3.8");
  expect(version && atLeast(version, "3.7")).toBe(true);
  expect(version && atLeast(version, "3.8")).toBe(false);
});

test("release candidates, master and OpenBSD's own count are understood", () => {
  expect(parseTmuxVersion("tmux 3.4-rc1")?.order).toBe(parseTmuxVersion("3.4")?.order);
  expect(parseTmuxVersion("tmux master")?.order).toBe(Number.POSITIVE_INFINITY);
  const version = parseTmuxVersion("tmux openbsd-7.5");
  expect(version && atLeast(version, "3.2")).toBe(true);
  expect(version && atLeast(version, "3.7")).toBe(false);
});

test("anything else is no version", () => {
  for (const text of ["", "tmux", "tmux 3", "screen 4.9", "tmux 3.3a; rm", "3.3aa"]) {
    expect(parseTmuxVersion(text)).toBeUndefined();
  }
});

test("a version below 2.6 is refused with what was found, what is needed and how to get it", () => {
  expect(requireSupportedVersion("tmux 2.6", "/usr/bin/tmux").text).toBe("2.6");
  for (const found of ["tmux 2.5", "tmux 1.8"]) {
    const error = thrown(() => requireSupportedVersion(found, "/usr/bin/tmux"));
    expect(error.code).toBe("TMUX_UNAVAILABLE");
    expect(error.message).toBe(`/usr/bin/tmux is ${found}; 2.6 or newer is needed`);
    expect(error.hint).toContain("apt install tmux");
  }
  expect(thrown(() => requireSupportedVersion("what?", "/x/tmux")).message).toContain('"what?"');
});

function thrown(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("it did not throw a UserError");
}
