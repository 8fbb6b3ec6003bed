import { expect, test } from "bun:test";

import { matchDrawn, matchEcho } from "../../../src/sessions/echo.ts";

const long = "echo start ".padEnd(80, "x") + " and then the end of a long line that scrolls sideways";

test.each([
  ["echo hi", "echo hi", "whole"],
  ["echo hi   ", "echo hi", "whole"],
  ["cat <<X\n> a\tb\n> X".replaceAll("> ", ""), "cat <<X\na   b\nX", "whole"],
  ["echo <200d> ok", "echo \u200d ok", "whole"],
  ["echo \\303\\251", "echo é", "whole"],
  [long.slice(60), long, "tail"],
  ["echo \\xF0\\x9F\\x98\\x80 ok", "echo 😀 ok", "whole"],
  ["echo \\U+1F600 ok", "echo 😀 ok", "whole"],
  ["echo ?? ok", "echo 漢字 ok", "whole"],
  ["echo 'a       b'", "echo 'a\tb'", "whole"],
  ["echo 'ab'", "echo 'a\tb'", "none"],
  ["echo h", "echo hi", "none"],
  ["echo hi there", "echo hi", "none"],
  ["x echo hi", "echo hi", "none"],
  ["", "echo hi", "none"],
] as const)("shown %p, typed %p: %s", (shown, typed, match) => {
  expect(matchEcho(shown, typed)).toBe(match);
});

test("the end of tall text is found in what the editor wrote, wherever its cursor went", () => {
  const typed = "cat > f <<X\nthe first line\nand now the one that comes next\nand the last line of all\nX";
  const drawn =
    "…st line\r\nand now the one that comes next\r\n\u001b[1mand the last\u001b[m line of all\r\nX\u001bM\u001bM\r\n\r\n\u001b[12C";
  expect(matchDrawn(drawn, typed)).toBe("tail");
  expect(matchDrawn(drawn.replace("next", "text"), typed)).toBe("none");
  expect(matchDrawn("\u001b[3m漢字 二\r\u001b[3m漢字 三", "漢字 一\n漢字 二\n漢字 三".slice(5))).toBe("tail");
});
