import { expect, test } from "bun:test";

import { startTrack, takeMark, type MarkTrack } from "../../../src/sessions/mark-track.ts";
import { parseMark } from "../../../src/shell-integration/mark.ts";

const aid = "0123456789abcdef0123456789abcdef";

/** The track after these marks, written as the shell writes them, at offsets 100 to 109, 200 to 209 and so on. */
function follow(...payloads: readonly string[]): MarkTrack {
  return payloads.reduce(
    (track, payload, index) => {
      const mark = parseMark(payload.replace("AID", aid));
      const start = (index + 1) * 100;
      return mark === undefined ? track : takeMark(track, mark, { start, end: start + 10 });
    },
    startTrack({ aid, bracketed: true }),
  );
}

const prompt = (counter: number) => `A;AID;${counter};c;deploy;web1;/srv`;

test("a command that began and ended has its status and the range between the marks", () => {
  const track = follow(prompt(0), "C;AID;0", "D;AID;1;7", prompt(1));
  expect(track).toMatchObject({
    phase: "prompt",
    counter: 1,
    where: { user: "deploy", host: "web1", cwd: "/srv" },
  });
  expect(track.ended).toEqual([
    { counter: 0, status: 7, ran: true, promptAt: 110, outputStart: 210, outputEnd: 300 },
  ]);
});

test("an end without a beginning is of a line that the shell did not run", () => {
  expect(follow(prompt(0), "D;AID;1;2").ended).toMatchObject([{ counter: 0, status: 2, ran: false }]);
});

test("where a shell does not tell beginnings, whether a line ran is not known", () => {
  const [ended] = follow("A;AID;0;;deploy;web1;/srv", "D;AID;1;0").ended;
  expect(ended).toEqual({
    counter: 0,
    status: 0,
    ran: undefined,
    promptAt: 110,
    outputStart: undefined,
    outputEnd: 200,
  });
});

test("marks of the past that are printed again change nothing", () => {
  const before = follow(prompt(0), "C;AID;0", "D;AID;1;0", prompt(1), "C;AID;1");
  const after = follow(
    prompt(0),
    "C;AID;0",
    "D;AID;1;0",
    prompt(1),
    "C;AID;1",
    "C;AID;0",
    "D;AID;1;9",
    prompt(1),
    prompt(0),
    "P;AID;0",
  );
  expect(after).toEqual(before);
});

test("marks with another number change nothing", () => {
  const other = "f".repeat(32);
  expect(follow(prompt(0), `D;${other};1;0`, `C;${other};0`)).toEqual(follow(prompt(0)));
});

test("a second beginning, as for each line of a pasted text, does not move the output's start", () => {
  const track = follow(prompt(0), "C;AID;0", "C;AID;0", "D;AID;1;0");
  expect(track.ended[0]?.outputStart).toBe(210);
});

test("a missed mark is told as a jump of the counter, and the command after it is still its own", () => {
  const track = follow(prompt(0), "C;AID;0", "D;AID;3;0", prompt(3), "C;AID;3", "D;AID;4;5");
  expect(track.ended.map(({ counter, status }) => [counter, status])).toEqual([
    [2, 0],
    [3, 5],
  ]);
});

test("an incomplete line is a continuation until it is ended", () => {
  expect(follow(prompt(0), "P;AID;0").phase).toBe("continuation");
  expect(follow(prompt(0), "P;AID;0", "D;AID;1;130").phase).toBe("ended");
});

test("a prompt whose number shows that an end was missed is a prompt all the same", () => {
  const track = follow(prompt(0), "C;AID;0", prompt(2));
  expect(track).toMatchObject({ phase: "prompt", counter: 2, ended: [] });
  expect(follow(prompt(0), "C;AID;0", prompt(2), prompt(1))).toEqual(track);
});
