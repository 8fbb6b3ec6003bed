import { expect, test } from "bun:test";

import { RE2JS } from "re2js";

import { LineAutomaton } from "../../../src/sessions/line-automaton.ts";
import { readProgram } from "../../../src/sessions/pattern-program.ts";
import { compilePattern } from "../../../src/sessions/pattern.ts";
import { generator as randomFrom } from "../../screen/byte-soup.ts";

const seed = 20_261_128;
const most = 65_536;

function automatonOf(source: string, flags = 0): LineAutomaton {
  const program = readProgram(RE2JS.compile(source, flags));
  if (program === undefined) throw new Error(`no program of ${source}`);
  return new LineAutomaton(program);
}

test("says of a line of plain text what the engine says, for any pattern", () => {
  const random = randomFrom(seed);
  for (let round = 0; round < 150; round++) {
    const source = randomPattern(random, 3);
    const flags = random(4) === 0 ? RE2JS.CASE_INSENSITIVE : 0;
    const engine = RE2JS.compile(source, flags);
    const automaton = automatonOf(source, flags);
    for (let line = 0; line < 12; line++) {
      const text = Array.from({ length: random(14) }, () => pick(random, "aabbAB01_ -.\t")).join("");
      const ends = pick(random, ["", "\n", "\r\n", "\r", "\nmore"]);
      const told = automaton.tryLine(Buffer.from(`before\n${text}${ends}`), 7, most);
      const wanted = engine.test(text) ? "hit" : "miss";
      expect(`${source} ${JSON.stringify(text + ends)} ${told}`).toBe(
        `${source} ${JSON.stringify(text + ends)} ${wanted}`,
      );
    }
  }
});

test.each(["\x1b[mabc", "abc\b", "ab\rc", "ab\r\rc\n", "é abc", "abc\0", "abc\x7f"])(
  "leaves %j to who knows what a terminal makes of it, even behind a match",
  (line) => {
    expect(automatonOf("b").tryLine(Buffer.from(line), 0, most)).toBe("unsure");
  },
);

test("leaves a line that is too long alone", () => {
  const automaton = automatonOf("b$");
  const verdicts = ["aab", "aaab", "aaab\r\n", "aab\n"].map((line) =>
    automaton.tryLine(Buffer.from(line), 0, 3),
  );
  expect(verdicts).toEqual(["hit", "unsure", "unsure", "hit"]);
});

test("tells where a line has ended", () => {
  const automaton = automatonOf("b$");
  const bytes = Buffer.from("ab\r\nabc\nb");
  const places: unknown[] = [];
  for (let at = 0; at < bytes.length; at = automaton.end + 1)
    places.push([automaton.tryLine(bytes, at, most), automaton.end]);
  expect(places).toEqual([
    ["hit", 3],
    ["miss", 7],
    ["hit", 9],
  ]);
});

test.each([
  ["(a+)+$", "a".repeat(60_000) + "b"],
  ["(a|a)*c", "a".repeat(60_000)],
  ["a.*a.*a.*a.*ac", "a".repeat(60_000)],
  ["[ab]*a[ab]{14}c", soup(20_000)],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(60_000)],
])("%s takes no more than linear time on what is made to slow it down", (source, text) => {
  const [automaton, bytes] = [automatonOf(source), Buffer.from(text)];
  const startedAt = process.cpuUsage();
  automaton.tryLine(bytes, 0, most);
  const { user, system } = process.cpuUsage(startedAt);
  // Backtracking would take minutes to years.
  expect((user + system) / 1_000).toBeLessThan(5_000);
});

test("a pattern with more states than are kept is still answered, in bounded memory", () => {
  const source = "[ab]*a[ab]{14}c";
  const engine = RE2JS.compile(source);
  const automaton = automatonOf(source);
  for (const length of [100, 5_000]) {
    for (const text of [soup(length), `${soup(length)}c`]) {
      expect(automaton.tryLine(Buffer.from(text), 0, most)).toBe(engine.test(text) ? "hit" : "miss");
    }
  }
});

test("every pattern that compiles short enough has an automaton", () => {
  for (const source of [
    "x",
    "(?i)x",
    "^a|b$",
    String.raw`\bw\b`,
    "[[:alpha:]]+",
    "(?P<n>a)",
    String.raw`\pL`,
    "",
  ])
    expect(readProgram(RE2JS.compile(source))).toBeDefined();
  expect(compilePattern("a{999}b{999}c{999}", { ignoreCase: false }).automaton).toBeUndefined();
});

/** Letters in an order that meets ever new states. */
function soup(length: number): string {
  const random = randomFrom(seed);
  return Array.from({ length }, () => pick(random, "ab")).join("");
}

function randomPattern(random: (below: number) => number, depth: number): string {
  const parts = Array.from({ length: 1 + random(4) }, () => {
    const atom = depth > 0 && random(3) === 0 ? `(${randomPattern(random, depth - 1)})` : pick(random, atoms);
    return atom + (isAssertion(atom) ? "" : pick(random, ["", "", "", "*", "+", "?", "{2}", "{1,3}", "*?"]));
  });
  return parts.join(random(4) === 0 ? "|" : "");
}

const atoms = [
  ..."abAB01_ .^$é",
  "[ab]",
  "[^a]",
  "[^0-9 ]",
  "(?i:aB)",
  "(?s:.)",
  "(?m:^)",
  "(?m:$)",
  String.raw`\b`,
  String.raw`\B`,
  String.raw`\A`,
  String.raw`\z`,
  String.raw`\d`,
  String.raw`\w`,
  String.raw`\W`,
  String.raw`\s`,
  String.raw`\.`,
  String.raw`\pL`,
];

function isAssertion(atom: string): boolean {
  return /^(?:\^|\$|\\[bBAz]|\(\?m)/.test(atom);
}

function pick<T>(random: (below: number) => number, from: ArrayLike<T>): T {
  const found = from[random(from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}
