import { expect, test } from "bun:test";

import { parseFront, renderProgram } from "../../../src/sessions/front-programs.ts";

const tag = "a1b2";
const said = (...lines: string[]) => lines.map((line) => `${tag} ${line}\n`).join("");
const hex = (text: string) => Buffer.from(text).toString("hex");
const thread = "p S wait_woken tty sh 7 more";
const words = `a 7 1000 x${hex("sh\0-c\0read 'x'\0")}`;

test("what has the terminal in front is read with its arguments, after whatever came before", () => {
  expect(parseFront(`welcome\n${said("m 1 0 1", thread, words, "e")}`, tag)).toMatchObject({
    verdict: "secret",
    eofIsCtrlD: true,
    isAll: true,
    front: [{ pid: 7, userId: 1000, program: "sh", words: ["sh", "-c", "read 'x'"], isCut: false }],
  });
});

test("that there is more in front than is told is told", () => {
  expect(parseFront(said("m 1 0 1", thread, words, "a more", "e"), tag)).toMatchObject({ isAll: false });
  const beside = "p S 0 none sudo 8 more";
  expect(parseFront(said("m 1 0 1", thread, beside, words, "e"), tag)).toMatchObject({ isAll: false });
});

test.each([
  ["nothing", ""],
  ["another tag", said("m 1 0 1", thread, words, "e").replaceAll(tag, "ffff")],
  ["no end", said("m 1 0 1", thread, words)],
  ["arguments of what is not in front", said("m 1 0 1", thread, words.replace("7", "8"), "e")],
  ["odd digits", said("m 1 0 1", thread, `${words}a`, "e")],
  ["more than our script tells", said("m 1 0 1", thread, `a 7 1000 x${hex("x".repeat(322))}`, "e")],
])("%s is no answer", (_title, text) => {
  expect(parseFront(text, tag)).toBeUndefined();
});

test("a program is shown with its words as a shell would take them, and cut where there are more", () => {
  const shown = (argv: string) =>
    parseFront(said("m 1 0 1", thread, `a 7 0 x${hex(argv)}`, "e"), tag)?.front.map(renderProgram);
  expect(shown("psql\0-h\0db 1\0")).toEqual(["sh (user id 0): psql -h 'db 1'"]);
  expect(shown("x".repeat(321))).toEqual([`sh (user id 0): ${"x".repeat(320)} ... (cut)`]);
  expect(shown("")).toEqual(["sh (user id 0): arguments not told"]);
});
