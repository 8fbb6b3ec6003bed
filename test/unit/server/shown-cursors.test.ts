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
