import { expect, test } from "bun:test";

import {
  judgeInput,
  type InputPlace,
  type Policy,
  type TypedInput,
} from "../../../src/policy/command-policy.ts";

const readOnly: Policy = { mode: "read-only", allow: [], deny: [] };
const confirm: Policy = { ...readOnly, mode: "confirm" };

test.each<[InputPlace, TypedInput]>([
  ["prompt", { text: "ls -la\n" }],
  ["prompt", { text: "ls -la\r" }],
  ["prompt", { text: "ls -la\r\n" }],
  ["prompt", { text: "ls\npwd\n" }],
  ["prompt", { text: "ls", keys: ["Enter"] }],
  ["prompt", { keys: ["C-c"] }],
  ["prompt", { keys: ["C-d"] }],
  ["prompt", { text: "\u0003" }],
  ["prompt", { text: "\u0004" }],
  ["pager", { keys: ["q"] }],
  ["pager", { keys: ["Space", "b", "PageUp*3", "Down Down Up", "Home", "End", " "] }],
  ["pager", { text: " " }],
  ["pager", { text: "q" }],
  ["pager", { text: "gGjk", keys: ["NPage", "PPage", "Left", "Right*20"] }],
])("at a %s %j goes through", (place, input) => {
  expect(judgeInput(input, place, readOnly, "bash")).toMatchObject({ kind: "allow", class: "reads" });
});

test.each<[InputPlace, TypedInput]>([
  ["prompt", {}],
  ["prompt", { text: "" }],
  ["prompt", { text: "\n" }],
  ["prompt", { text: " \n" }],
  ["prompt", { keys: ["Enter"] }],
  ["prompt", { text: "ls" }],
  ["prompt", { text: "rm x\n" }],
  ["prompt", { text: "ls\nrm x\n" }],
  ["prompt", { text: "ls\rrm x\n" }],
  ["prompt", { text: "ls\n\u0012rm\n" }],
  ["prompt", { text: "rm x", keys: ["Enter"] }],
  ["prompt", { text: "ls", keys: ["Enter", "Enter"] }],
  ["prompt", { text: "ls\n", keys: ["Enter"] }],
  ["prompt", { text: "ls", keys: ["Up", "Enter"] }],
  ["prompt", { text: "ls", keys: ["C-m"] }],
  ["prompt", { text: "l", keys: ["s", "Enter"] }],
  ["prompt", { keys: ["Up", "Enter"] }],
  ["prompt", { keys: ["Up"] }],
  ["prompt", { keys: ["C-r"] }],
  ["prompt", { keys: ["C-x C-e"] }],
  ["prompt", { keys: ["Tab"] }],
  ["prompt", { keys: ["M-."] }],
  ["prompt", { keys: ["C-c", "C-c"] }],
  ["prompt", { text: "x", keys: ["C-c"] }],
  ["prompt", { text: "ls\u001b\n" }],
  ["prompt", { text: "ls\u0016\n" }],
  ["pager", {}],
  ["pager", { keys: ["!"] }],
  ["pager", { text: "!rm x\n" }],
  ["pager", { text: "v" }],
  ["pager", { keys: ["v"] }],
  ["pager", { keys: ["s"] }],
  ["pager", { keys: ["|"] }],
  ["pager", { keys: [":"] }],
  ["pager", { keys: ["/"] }],
  ["pager", { keys: ["Enter"] }],
  ["pager", { keys: ["C-c"] }],
  ["pager", { keys: ["q", "r"] }],
  ["pager", { keys: ["q", "Up"] }],
  ["pager", { keys: ["q Up"] }],
  ["pager", { keys: ["q*2"] }],
  ["pager", { text: "qb" }],
  ["pager", { text: "q", keys: ["Up"] }],
  ["pager", { keys: ["q x"] }],
  ["pager", { text: "q\n" }],
  ["pager", { keys: ["M-q"] }],
  ["pager", { keys: ["Q"] }],
  ["repl", { text: "1+1\n" }],
  ["repl", { keys: ["q"] }],
  ["repl", { keys: ["C-c"] }],
  ["other", { text: "y" }],
  ["other", { text: "ls\n" }],
  ["other", { keys: ["C-d"] }],
])("at a %s %j is refused under read-only and asked under confirm", (place, input) => {
  expect(judgeInput(input, place, readOnly, "bash").kind).toBe("deny");
  expect(judgeInput(input, place, confirm, "bash").kind).toBe("ask");
});

test("without the shell's name no line is understood", () => {
  expect(judgeInput({ text: "ls\n" }, "prompt", readOnly).kind).toBe("deny");
});

test("deny rules hold for a full policy: at a prompt as lines, elsewhere by the names in the text", () => {
  const full: Policy = { mode: "full", allow: [], deny: ["rm -rf"] };
  expect(judgeInput({ text: "rm -r -f x\n" }, "prompt", full, "bash").kind).toBe("deny");
  expect(judgeInput({ text: "touch x\n" }, "prompt", full, "bash").kind).toBe("allow");
  expect(judgeInput({ text: "rm -r" }, "prompt", full, "bash").kind).toBe("ask");
  expect(judgeInput({ keys: ["Up", "Enter"] }, "prompt", full, "bash").kind).toBe("ask");
  expect(judgeInput({ text: ":!/bin/rm -rf x\n" }, "other", full, "bash").kind).toBe("deny");
  expect(judgeInput({ text: "y\n" }, "other", full, "bash").kind).toBe("allow");
});
