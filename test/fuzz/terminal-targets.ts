import * as fc from "fast-check";

import { LineRenderer } from "../../src/screen/line-renderer.ts";
import { initialStreamState, scanStream, type StreamEvent } from "../../src/screen/stream-parser.ts";
import { matchDrawn, matchEcho } from "../../src/sessions/echo.ts";
import { LineSearch } from "../../src/sessions/line-search.ts";
import { lineText } from "../../src/sessions/line-text.ts";
import { startTrack, takeLevelMark, type MarkTrack } from "../../src/sessions/mark-track.ts";
import { compilePattern } from "../../src/sessions/pattern.ts";
import { markNumber, parseMark } from "../../src/shell-integration/mark.ts";
import { ControlParser, type ControlEvent } from "../../src/tmux/control-parser.ts";
import { damaged, inPieces, remoteText, someAid, terminalBytes } from "./soup.ts";
import { holds, same, target, type Target } from "./target.ts";

const ownOscs: ReadonlySet<number> = new Set([7711, markNumber]);
const size = fc.record({
  cols: fc.integer({ min: 1, max: 100 }),
  rows: fc.integer({ min: 1, max: 30 }),
  maxLines: fc.integer({ min: 1, max: 60 }),
});

export const terminalTargets: readonly Target[] = [
  target("stream scanner", 25, inPieces(terminalBytes), ({ whole, pieces }) => {
    const once = scanStream(initialStreamState(7), whole, ownOscs);
    let state = initialStreamState(7);
    const events: StreamEvent[] = [];
    for (const piece of pieces) {
      const step = scanStream(JSON.parse(JSON.stringify(state)), piece, ownOscs);
      state = step.state;
      events.push(...step.events);
    }
    same("events of pieces", events, once.events);
    same("state after pieces", state, once.state);
    holds("the state is small", JSON.stringify(state).length < 60_000);
  }),
  target("marks", 30, fc.oneof(terminalBytes, marksOfOthers()), (bytes) => {
    const { events } = scanStream(initialStreamState(0), bytes, ownOscs);
    const start = [startTrack({ aid: someAid, bracketed: true, pid: 1 })];
    let levels: readonly MarkTrack[] = start;
    for (const event of events) {
      const mark = event.kind === "osc" && event.number === markNumber ? parseMark(event.payload) : undefined;
      if (mark === undefined) continue;
      const before = levels[0]?.counter ?? 0;
      const next = takeLevelMark(levels, mark, event);
      if (!("aid" in mark) || mark.aid !== someAid) same("a mark of another number", next, levels);
      holds("the counter never falls", (next[0]?.counter ?? 0) >= before);
      holds(
        "few ends are kept",
        next.every(({ ended }) => ended.length <= 64),
      );
      levels = next;
    }
  }),
  target("line renderer", 8, fc.tuple(inPieces(terminalBytes), size), ([{ whole, pieces }, shape]) => {
    const once = new LineRenderer(shape);
    once.write(whole);
    const stepwise = new LineRenderer(shape);
    for (const piece of pieces) stepwise.write(piece);
    const shown = once.read();
    same("pieces", stepwise.read(), shown);
    holds("lines are bounded", shown.lines.length <= Math.max(shape.maxLines, shape.rows));
    holds("the cursor's line is one of them", shown.cursor.line < shown.lines.length);
    holds(
      "no controls",
      shown.lines.every((line) => !/[^\P{Cc}\t]/u.test(line)),
    );
    const page = once.readPage();
    holds("the page has its size", page.rows.length === shape.rows && page.cursor.x <= shape.cols);
  }),
  target("line of the log", 4, fc.tuple(terminalBytes, fc.boolean()), ([bytes, alternate]) => {
    const line = Buffer.from(bytes.filter((byte) => byte !== 0x0a));
    holds("no controls", !/[^\P{Cc}\t]/u.test(lineText(line, alternate, { cols: 80 })));
  }),
  target("line search", 1, fc.tuple(terminalBytes, fc.nat()), ([bytes, at]) => {
    const search = () => new LineSearch(compilePattern("[a-e]+ ?l", { ignoreCase: true }), 0, { cols: 80 });
    const way = { keep: 50, isLate: () => false, atEnd: true };
    const cut = bytes.indexOf(0x0a, at % (bytes.length + 1)) + 1;
    const stepwise = search();
    const first = cut === 0 ? 0 : stepwise.take(bytes.subarray(0, cut), { ...way, atEnd: false }).count;
    const rest = stepwise.take(bytes.subarray(stepwise.offset), way).count;
    same("matches in pieces", first + rest, search().take(bytes, way).count);
  }),
  target("echo", 15, fc.tuple(remoteText, remoteText), ([shown, typed]) => {
    matchEcho(shown, typed);
    matchDrawn(shown, typed);
    same("what is shown as typed", matchEcho(typed, typed), "whole");
  }),
  target("control mode", 40, inPieces(controlBytes()), ({ whole, pieces }) => {
    const once = eventsOf([whole]);
    same("pieces", eventsOf(pieces), once);
    const broken = once.findIndex(({ kind }) => kind === "broken");
    holds("nothing after it broke", broken === -1 || broken === once.length - 1);
  }),
  target("screens in control mode", 15, fc.array(screenLine(), { maxLength: 6 }), (lines) => {
    const parser = new ControlParser();
    parser.expectLines(lines.length);
    parser.push(Buffer.from(["%begin 17 3 1", ...lines, "%end 17 3 1", ""].join("\n")));
    same("the block", parser.next(), { kind: "block", ok: true, lines });
    same("what follows", parser.next(), undefined);
  }),
];

function marksOfOthers(): fc.Arbitrary<Buffer> {
  const mark = fc
    .tuple(fc.constantFrom("C", "D", "P", "A"), fc.stringMatching(/^[0-9a-f]{32}$/), fc.nat(5))
    .map(
      ([letter, aid, counter]) => `\x1b]7712;${letter};${aid};${counter}${letter === "D" ? ";0" : ""}\x07`,
    );
  return fc.array(mark, { maxLength: 6 }).map((marks) => Buffer.from(marks.join("")));
}

function eventsOf(pieces: readonly Buffer[]): ControlEvent[] {
  const parser = new ControlParser({ maxLineBytes: 400, maxBlockBytes: 1_000 });
  const events: ControlEvent[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    for (let event = parser.next(); event !== undefined; event = parser.next()) events.push(event);
  }
  return events;
}

function controlBytes(): fc.Arbitrary<Buffer> {
  const conversation = [
    "%begin 17 1 0\n%end 17 1 0\n%session-changed $0 mcp-s\n%begin 17 2 1\n0 1 80 24\nx\n%end 17 2 1\n%exit\n",
    "%begin 17 1 1\nno such\n%error 17 1 1\n%output %0 \\033[m\n%begin 17 9 1\n%begin 17 9 1\n%end 17 9 1\n",
    "%sessions-changed\n%begin 1 1 1\na\n%end 1 1 0\n%end 1 1 1\n%exit detached\n",
  ];
  const pieces = [
    "%begin 17 3 1\n",
    "%end 17 3 1\n",
    "%end 17 2 1\n",
    "%error 17 3 1\n",
    "%exit\n",
    "\n",
    "x".repeat(500),
  ];
  const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
  const text = damaged(conversation, pieces).map((each) => Buffer.from(each));
  return fc.tuple(text, noise, text).map((parts) => Buffer.concat(parts));
}

function screenLine(): fc.Arbitrary<string> {
  const lookalike = fc.constantFrom("%end 17 3 1", "%error 17 3 1", "%begin 17 4 1", "%exit", "");
  return fc.oneof(
    lookalike,
    remoteText.map((text) => text.toWellFormed().replaceAll("\n", " ")),
  );
}
