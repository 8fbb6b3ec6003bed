import { expect, test } from "bun:test";

import { showPages } from "../../../src/cli/approve/show-pages.ts";

function reader(answers: readonly ("line" | "ended")[]) {
  const written: string[] = [];
  const left = [...answers];
  return {
    written,
    write: (text: string) => void written.push(text),
    readLine: async () => {
      const kind = left.shift() ?? "ended";
      return kind === "line" ? { kind, text: "" } : { kind };
    },
  };
}

test("what does not fit on the screen is shown a screen at a time, long lines too", async () => {
  const terminal = reader(["line", "line"]);
  expect(await showPages(terminal, "1\n2\nabcdef\n4", { rows: 3, cols: 4 })).toBe(true);
  expect(terminal.written).toEqual(["1\n2\n", "abcd\nef\n", "4\n"]);
});

test("who leaves before the end has not seen it", async () => {
  const terminal = reader(["ended"]);
  expect(await showPages(terminal, "1\n2\n3", { rows: 3, cols: 80 })).toBe(false);
});

test("where no screen is known all is one page", async () => {
  const terminal = reader([]);
  expect(await showPages(terminal, "1\n2\n3", { rows: Infinity, cols: Infinity })).toBe(true);
  expect(terminal.written).toEqual(["1\n2\n3\n"]);
});
