import { expect, test } from "bun:test";

import { ShownCursors } from "../../../src/server/shown-cursors.ts";

test("keeps the last cursor shown of each session, whatever the case of its name", () => {
  const shown = new ShownCursors();
  expect(shown.of("web")).toBeUndefined();
  shown.note({ session_name: "web", cursor: "1.a" });
  shown.note({ session_name: "db", cursor: "2.a" });
  shown.note({ session_name: "WEB", cursor: "1.b" });
  shown.note({ session_name: "web", total: 3 });
  shown.note({ cursor: "9.z" });
  expect([shown.of("Web"), shown.of("db")]).toEqual(["1.b", "2.a"]);
});

test("of ever new names the newest thousand are kept, and one that is used again is new", () => {
  const shown = new ShownCursors();
  const note = (name: string) => shown.note({ session_name: name, cursor: "1.a" });
  const known = (name: string) => shown.of(name) !== undefined && shown.furthest(name) !== undefined;
  for (let index = 0; index < 1_000; index++) note(`n${index}`);
  note("n0");
  note("one-more");
  expect([known("n0"), known("n1"), known("n2"), known("one-more")]).toEqual([true, false, true, true]);
});
