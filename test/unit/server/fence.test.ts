import { expect, test } from "bun:test";

import { fence } from "../../../src/server/fence.ts";

const characters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

test("text stands between lines of a tag of four characters", () => {
  expect(fence("remote", "a\nb")).toMatch(/^<<remote ([A-Z2-9]{4})\na\nb\n\1>>$/);
});

test("the tag is one that does not occur in the text", () => {
  const text = everyTagButThoseThatBeginWith("9");
  expect(fence("remote", text)).toMatch(/^<<remote 9[A-Z2-9]{3}\n/);
});

function everyTagButThoseThatBeginWith(left: string): string {
  const ends = [...characters].flatMap((second) => [...characters].map((third) => second + third));
  const starts = [...characters].filter((character) => character !== left);
  return starts
    .flatMap((first) => ends.flatMap((end) => [...characters].map((last) => first + end + last)))
    .join(" ");
}
