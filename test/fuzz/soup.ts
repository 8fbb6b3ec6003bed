import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";

const fixtures = join(import.meta.dir, "..", "fixtures");

/** A text of this machine's fixtures, by its path there. */
export function fixture(...path: string[]): string {
  return readFileSync(join(fixtures, ...path), "utf8");
}

export function fixtureNames(folder: string): string[] {
  return readdirSync(join(fixtures, folder)).toSorted();
}

const recordings = fixtureNames("screen").map((file) => {
  const { log }: { log: string } = JSON.parse(fixture("screen", file));
  return Buffer.from(log, "base64");
});

/** The number of a shell's marks that inputs carry; hosts know it or not. */
export const someAid = "0123456789abcdef0123456789abcdef";
const otherAid = "f".repeat(32);

const slice = fc
  .tuple(fc.nat(recordings.length - 1), fc.nat(1 << 20), fc.integer({ min: 1, max: 300 }))
  .map(([index, at, length]) => {
    const log = recordings[index] ?? Buffer.alloc(0);
    const start = at % log.length;
    return log.subarray(start, start + length);
  });

const flipped = fc.tuple(slice, fc.nat(1 << 20), fc.nat(255)).map(([bytes, at, value]) => {
  const copy = Buffer.from(bytes);
  copy[at % copy.length] = value;
  return copy;
});

const parameter = fc.oneof(
  { weight: 4, arbitrary: fc.nat(60).map(String) },
  fc.constantFrom(
    "",
    "?",
    ">",
    "=",
    "1:2",
    "47",
    "1049",
    "2004",
    "3",
    "99999999999999999999",
    "-1",
    " ",
    "$",
    "\r",
  ),
);
const csi = fc
  .tuple(
    fc.array(parameter, { maxLength: 4 }),
    fc.constantFrom(..."@ABCDEFGHJKLMPSTXZbcdfghlmnpqrstux`~\x18\x1b\x9c"),
  )
  .map(([parameters, final]) => `\x1b[${parameters.join(";")}${final}`);

const words = fc.constantFrom(
  "ls -la",
  "a b\tc",
  "привет",
  "日本語",
  "e\u0301\u0302",
  "👨\u200d👩\u200d👧",
  "\u202eabc\u2066",
  "क्षि",
  "x".repeat(200),
  "<<remote ABCD\n",
  "ABCD>>\n",
  "c12 exited 0 in 3.2 s · idle\n",
  "%end 17 3 1\n",
);

const payload = fc.oneof(
  words,
  fc
    .tuple(
      fc.constantFrom("C", "D", "P", "A", "R", "X"),
      fc.constantFrom(someAid, otherAid, "zz"),
      fc.nat(4),
      fc.constantFrom("", ";0", ";cl;u;h;/x", ";c;;;%2f0a", ";;u;h;%2f%00", ";999999"),
    )
    .map(([letter, aid, counter, rest]) => `${letter};${aid};${counter}${rest}`),
  fc.constantFrom(
    "R;bash;12",
    `end;${someAid};0`,
    `gap;${someAid};9`,
    `hide;${someAid}`,
    `show;${someAid}`,
    "c;?",
    "x".repeat(5000),
  ),
);
const osc = fc
  .tuple(
    fc.constantFrom("0", "2", "7711", "7712", "52", "8", "133", "", "99999999999"),
    payload,
    fc.constantFrom("\x07", "\x1b\\", "", "\x18", "\x9c", "\x1b["),
  )
  .map(([number, text, end]) => `\x1b]${number};${text}${end}`);

const controls = fc.constantFrom(
  "\r\n",
  "\n",
  "\r",
  "\b",
  "\t",
  "\v",
  "\x0e",
  "\x0f",
  "\x7f",
  "\x00",
  "\x85",
  "\x1b7",
  "\x1b8",
  "\x1bM",
  "\x1bc",
  "\x1b(0",
  "\x1bP",
  "\x1b_",
  "\x1bP+q544e\x1b\\",
  "\x1b",
);

/** What a terminal may be sent: pieces of real sessions, whole, cut and damaged, with sequences and noise between them. */
export const terminalBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: slice },
      { weight: 2, arbitrary: flipped },
      { weight: 4, arbitrary: fc.oneof(csi, osc, controls, words).map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces));

/** Text of a host, as it is before it is cleaned. */
export const remoteText: fc.Arbitrary<string> = fc.oneof(
  terminalBytes.map((bytes) => bytes.toString("utf8")),
  fc
    .array(
      fc.oneof(
        words,
        fc.string({ unit: "binary", maxLength: 12 }),
        fc.constantFrom(
          "\u{e0041}",
          "\u200b",
          "\u200d",
          "\ufe0f",
          "🏴",
          "\u{e007f}",
          "\ud800",
          "א",
          "1",
          "\u20e3",
        ),
      ),
    )
    .map((parts) => parts.join("")),
);

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

/** The same bytes whole and in pieces. */
export function inPieces(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<{ whole: Buffer; pieces: Buffer[] }> {
  return fc.tuple(bytes, cuts).map(([whole, at]) => {
    const places = [
      0,
      ...at.map((share) => Math.floor(share * whole.length)).sort((a, b) => a - b),
      whole.length,
    ];
    return { whole, pieces: places.slice(1).map((end, index) => whole.subarray(places[index], end)) };
  });
}

/** A text with lines left out, doubled, moved, cut or damaged, and pieces put in. */
export function damaged(texts: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    kind: fc.constantFrom("insert", "delete", "double", "cut", "indent", "swap"),
    at: fc.nat(1 << 16),
    piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 }))
    .map(([text, edits]) =>
      edits.reduce((current, { kind, at, piece }) => change(current, kind, at, piece), text),
    );
}

function change(text: string, kind: string, at: number, piece: string): string {
  const place = text.length === 0 ? 0 : at % text.length;
  const lines = text.split("\n");
  const line = at % lines.length;
  switch (kind) {
    case "insert":
      return text.slice(0, place) + piece + text.slice(place);
    case "delete":
      return text.slice(0, place) + text.slice(place + (at % 13));
    case "double":
      return lines.toSpliced(line, 0, lines[line] ?? "").join("\n");
    case "indent":
      return lines.with(line, `  ${lines[line] ?? ""}`).join("\n");
    case "swap":
      return lines
        .toSpliced(line, 1)
        .concat(lines[line] ?? "")
        .join("\n");
    default:
      return text.slice(0, place);
  }
}
