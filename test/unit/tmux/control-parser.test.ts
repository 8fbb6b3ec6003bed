import { describe, expect, test } from "bun:test";

import { ControlParser, type ControlEvent, type ControlLimits } from "../../../src/tmux/control-parser.ts";

type Step = { readonly title: string; readonly bytes: string; readonly events: readonly ControlEvent[] };

const steps: readonly Step[] = [
  {
    title: "a reply without lines",
    bytes: "%begin 17 1 0\n%end 17 1 0\n",
    events: [{ kind: "block", ok: true, lines: [] }],
  },
  {
    title: "a reply with lines, empty ones and ones that look like notifications among them",
    bytes: "%begin 17 1 1\na\n\n%exit\n%window-add @1\n%end 17 1 1\n",
    events: [{ kind: "block", ok: true, lines: ["a", "", "%exit", "%window-add @1"] }],
  },
  {
    title: "a reply that ends only on its own time, number and flags",
    bytes: "%begin 17 3 1\n%end 17 2 1\n%end 18 3 1\n%end 17 3 0\n%error 17 3\n%end 17 3 1 \n%end 17 3 1\n",
    events: [
      {
        kind: "block",
        ok: true,
        lines: ["%end 17 2 1", "%end 18 3 1", "%end 17 3 0", "%error 17 3", "%end 17 3 1 "],
      },
    ],
  },
  {
    title: "a failure with its words",
    bytes: "%begin 17 4 1\ncan't find session: x\n%error 17 4 1\n",
    events: [{ kind: "block", ok: false, lines: ["can't find session: x"] }],
  },
  {
    title: "notifications between replies, their arguments as they stand",
    bytes: "%sessions-changed\n%session-changed $0 a  b\n%begin 1 1 1\n%end 1 1 1\n%output %0 \\033\n",
    events: [
      { kind: "notification", name: "sessions-changed", args: "" },
      { kind: "notification", name: "session-changed", args: "$0 a  b" },
      { kind: "block", ok: true, lines: [] },
      { kind: "notification", name: "output", args: "%0 \\033" },
    ],
  },
  {
    title: "the end of the conversation, with and without a reason",
    bytes: "%exit\n%exit server exited unexpectedly\n",
    events: [
      { kind: "exit", reason: "" },
      { kind: "exit", reason: "server exited unexpectedly" },
    ],
  },
  {
    title: "text of many bytes a character",
    bytes: "%begin 1 1 1\n漢字 👩‍👩‍👧 é\n%end 1 1 1\n",
    events: [{ kind: "block", ok: true, lines: ["漢字 👩‍👩‍👧 é"] }],
  },
];

describe("whatever the bytes are split into", () => {
  for (const { title, bytes, events } of steps) {
    test(title, () => {
      const whole = Buffer.from(bytes);
      for (let size = 1; size <= whole.length; size++) expect(parseBy(size, whole)).toEqual([...events]);
    });
  }
});

test("invalid UTF-8 is shown as such and breaks nothing", () => {
  const bytes = Buffer.concat([
    Buffer.from("%begin 1 1 1\na"),
    Buffer.from([0xff, 0xc3]),
    Buffer.from("\n%end 1 1 1\n"),
  ]);
  expect(parseBy(1, bytes)).toEqual([{ kind: "block", ok: true, lines: ["a\u{fffd}\u{fffd}"] }]);
});

test("a reply of a known length cannot be ended by what it shows", () => {
  const parser = new ControlParser();
  parser.push(Buffer.from("%begin 1 7 1\n%end 1 7 1\n%begin 1 8 1\n%end 1 7 1\n"));
  parser.expectLines(2);
  expect(parser.next()).toEqual({ kind: "block", ok: true, lines: ["%end 1 7 1", "%begin 1 8 1"] });
});

describe("it breaks, once and for good,", () => {
  const limits: ControlLimits = { maxLineBytes: 40, maxBlockBytes: 60 };
  const table: readonly (readonly [title: string, bytes: string, reason: string])[] = [
    ["on a line without end", "x".repeat(41), "a line is too long"],
    ["on a long line", `%x ${"x".repeat(60)}\n`, "a line is too long"],
    ["on a reply without end", `%begin 1 1 1\n${"123456789\n".repeat(7)}`, "a reply is too long"],
    ["on text outside of replies", "hello\n", `tmux said "hello" outside any reply`],
    ["on an end without a beginning", "%end 1 1 1\n", `tmux said "%end 1 1 1" outside any reply`],
    [
      "on a number that does not grow",
      "%begin 1 2 1\n%end 1 2 1\n%begin 1 2 1\n%end 1 2 1\n",
      "a block number came twice",
    ],
  ];
  for (const [title, bytes, reason] of table) {
    test(title, () => {
      const parser = new ControlParser(limits);
      parser.push(Buffer.from(bytes));
      const events = drain(parser);
      expect(events.at(-1)).toEqual({ kind: "broken", reason });
      parser.push(Buffer.from("%begin 9 9 9\n%end 9 9 9\n"));
      expect(parser.next()).toBeUndefined();
    });
  }

  test("on more lines than a reply must have", () => {
    const parser = new ControlParser();
    parser.expectLines(1);
    parser.push(Buffer.from("%begin 1 1 1\na\nb\n%end 1 1 1\n"));
    expect(parser.next()).toEqual({ kind: "broken", reason: "a reply has more lines than it must have" });
  });
});

test("nothing that a peer sends makes it throw", () => {
  const pieces = [
    "%begin 1 1 1\n",
    "%end 1 1 1\n",
    "%error 1 1 1\n",
    "%exit\n",
    "%",
    "\n",
    "\0",
    "ÿ",
    "%begin ",
    "9".repeat(30),
    "%output %1 x",
  ];
  let seed = 7;
  for (let round = 0; round < 2000; round++) {
    const parser = new ControlParser({ maxLineBytes: 200, maxBlockBytes: 500 });
    for (let piece = 0; piece < 12; piece++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      parser.push(Buffer.from(pieces[seed % pieces.length] ?? "", "latin1"));
      drain(parser);
    }
  }
});

function parseBy(size: number, bytes: Buffer): ControlEvent[] {
  const parser = new ControlParser();
  const events: ControlEvent[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    parser.push(bytes.subarray(start, start + size));
    events.push(...drain(parser));
  }
  return events;
}

function drain(parser: ControlParser): ControlEvent[] {
  const events: ControlEvent[] = [];
  for (let event = parser.next(); event !== undefined; event = parser.next()) events.push(event);
  return events;
}
