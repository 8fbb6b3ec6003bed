import { describe, expect, test } from "bun:test";

import { initialStreamState, scanStream } from "../../../src/screen/stream-parser.ts";
import type { StreamEvent, StreamState } from "../../../src/screen/stream-parser.ts";

const marks = new Set([133, 7]);
const BASE = 1000;

type Step = { name: string; bytes: string; events: string[] };

const steps: Step[] = [
  { name: "bracketed paste on", bytes: "ab\u001b[?2004h", events: ["paste on 1002-1010"] },
  { name: "bracketed paste inside a list", bytes: "\u001b[?1;2004;25l", events: ["paste off 1000-1013"] },
  {
    name: "alternate screen, three numbers",
    bytes: "\u001b[?1049h\u001b[?1047l\u001b[?47h",
    events: ["alternate on 1000-1008", "alternate off 1008-1016", "alternate on 1016-1022"],
  },
  { name: "an OSC ended by BEL", bytes: "\u001b]133;A;k=i\u0007", events: ["osc 133 <A;k=i> 1000-1012"] },
  {
    name: "an OSC ended by ESC \\",
    bytes: "\u001b]7;file://h/tmp\u001b\\",
    events: ["osc 7 <file://h/tmp> 1000-1018"],
  },
  { name: "an OSC without a payload", bytes: "\u001b]133\u0007", events: ["osc 133 <> 1000-1006"] },
  { name: "an OSC nobody asked for", bytes: "\u001b]0;title\u0007", events: [] },
  { name: "an OSC number that goes on in letters", bytes: "\u001b]133x;A\u0007", events: [] },
  { name: "an OSC aborted by CAN", bytes: "\u001b]133;A\u0018\u0007", events: [] },
  { name: "an OSC aborted by SUB", bytes: "\u001b]133;A\u001a\u0007", events: [] },
  {
    name: "an OSC cut short by another sequence",
    bytes: "\u001b]133;A\u001b[?2004h",
    events: ["paste on 1007-1015"],
  },
  {
    name: "an OSC cut short by another OSC",
    bytes: "\u001b]133;A\u001b]133;B\u0007",
    events: ["osc 133 <B> 1007-1015"],
  },
  {
    name: "raw 0x9c is text inside an OSC",
    bytes: "\u001b]133;✓œ\u0007",
    events: ["osc 133 <✓œ> 1000-1012"],
  },
  {
    name: "controls inside an OSC are dropped",
    bytes: "\u001b]133;A\r\n\u0007",
    events: ["osc 133 <A> 1000-1010"],
  },
  { name: "a DCS hides what is inside it", bytes: "\u001bPq]133;A\u0007[?2004h\u001b\\", events: [] },
  {
    name: "APC, PM, SOS and ESC k hide too",
    bytes: "\u001b_133\u001b\\\u001b^]133;A\u0007\u001b\\\u001bXx\u001b\\\u001bkname\u001b\\",
    events: [],
  },
  {
    name: "ESC ends an open DCS, so that a stray one does not swallow the stream",
    bytes: "\u001bPx\u001b[?2004h",
    events: ["paste on 1003-1011"],
  },
  { name: "CSI aborted by CAN", bytes: "\u001b[?2004\u0018h", events: [] },
  { name: "CSI restarted by ESC", bytes: "\u001b[?20\u001b[?2004h", events: ["paste on 1005-1013"] },
  {
    name: "a control inside a CSI does not break it",
    bytes: "\u001b[?20\r04h",
    events: ["paste on 1000-1009"],
  },
  {
    name: "DEL inside a sequence is skipped",
    bytes: "\u001b\u007f[?2004\u007fh",
    events: ["paste on 1000-1010"],
  },
  { name: "a private mark in the wrong place", bytes: "\u001b[1?2004h", events: [] },
  { name: "another private mark", bytes: "\u001b[>2004h", events: [] },
  { name: "a request for the mode's state", bytes: "\u001b[?2004$p", events: [] },
  { name: "sub-parameters", bytes: "\u001b[?2004:1h", events: [] },
  { name: "64 bytes of parameters, which tmux ignores", bytes: `\u001b[?${"0".repeat(60)}2004h`, events: [] },
  { name: "24 parameters, which tmux ignores", bytes: `\u001b[?${"1;".repeat(23)}2004h`, events: [] },
  { name: "an overflowing number", bytes: "\u001b[?99999999999;2004h", events: [] },
  { name: "reset", bytes: "\u001bc", events: ["reset 1000-1002"] },
  { name: "a sequence that only ends in c", bytes: "\u001b(c\u001b[c", events: [] },
  { name: "erasing the scrollback", bytes: "\u001b[H\u001b[2J\u001b[3J", events: ["erase 1007-1011"] },
  { name: "C1 bytes are never introducers", bytes: "\u009b?2004h\u009d133;A\u0007", events: [] },
];

describe("events", () => {
  for (const { name, bytes, events } of steps) {
    test(name, () => expect(scan(Buffer.from(bytes)).events.map(describeEvent)).toEqual(events));
  }

  test("raw C1 bytes that are no valid UTF-8 introduce nothing", () => {
    expect(scan(Buffer.from("\u009b?2004h\u009d133;A\u0007", "latin1")).events).toEqual([]);
  });

  test("a payload of 4,096 bytes is reported, a longer one is not, and the stream goes on after it", () => {
    const longest = "x".repeat(4096);
    expect(scan(Buffer.from(`\u001b]133;${longest}\u0007`)).events).toMatchObject([{ payload: longest }]);
    const next = scan(Buffer.from(`\u001b]133;${longest}x\u0007\u001b]133;A\u0007`)).events;
    expect(next.map(describeEvent)).toEqual(["osc 133 <A> 5104-5112"]);
  });
});

describe("state", () => {
  test("the line starts after the last line feed of the main screen", () => {
    expect(scan(Buffer.from("one\r\ntwo\r\n$ ")).state.lineStart).toBe(BASE + 10);
    expect(scan(Buffer.from(`a\n${"x".repeat(5000)}`)).state.lineStart).toBe(BASE + 2);
    expect(scan(Buffer.from("a\n\u001b[?1049hb\nc\u001b[?1049l")).state.lineStart).toBe(BASE + 2);
    expect(scan(Buffer.from("\u001b]0;a\nb\u0007\u001b[1\nm")).state.lineStart).toBe(BASE + 12);
  });

  test("the switches are kept, and a reset ends bracketed paste", () => {
    const { state } = scan(Buffer.from("\u001b[?2004h\u001b[?1049h"));
    expect(state).toMatchObject({ bracketedPaste: true, alternateScreen: true, escape: null });
    expect(scan(Buffer.from("\u001b[?2004h\u001bc")).state.bracketedPaste).toBe(false);
  });

  test("cursor movements to a row are counted on the main screen", () => {
    const { state } = scan(
      Buffer.from("\u001b[H\u001b[5;1H\u001b[3d\u001b[7G\u001b[?47h\u001b[H\u001b[?47l"),
    );
    expect(state.addressing.length).toBe(3);
    expect(state.addressing.at(-1)).toBe(BASE + 13);
  });

  test("of many movements the last are kept, and none of a status line drawn with the cursor saved", () => {
    const many = scan(Buffer.from("\u001b[H".repeat(20))).state.addressing;
    expect([many.length, many.at(-1)]).toEqual([8, BASE + 60]);
    const aside = "\u001b7\u001b[50;1Hx\u001b8\u001b[s\u001b[9;1Hy\u001b[u";
    expect(scan(Buffer.from(`\u001b[H${aside}${aside}`)).state.addressing).toEqual([BASE + 3]);
  });

  test("an endless string is held in bounded memory", () => {
    let { state } = scan(Buffer.from("\u001b]133;"));
    for (let round = 0; round < 50; round++)
      ({ state } = scanStream(state, Buffer.alloc(10_000, "x"), marks));
    expect(JSON.stringify(state).length).toBeLessThan(500);
    const { events } = scanStream(state, Buffer.from("\u0007\u001b]133;A\u0007"), marks);
    expect(events.map(describeEvent)).toHaveLength(1);
  });
});

test("every cut of the stream gives the same, also when another process goes on from the stored state", () => {
  const bytes = Buffer.concat([
    ...steps.map((step) => Buffer.from(step.bytes)),
    Buffer.from("line\nœ✓\u001b]133;D;0\u001b\\\u001b[?2004h$ \u001b[1;"),
    Buffer.from([0xff, 0x9b, 0x9d, 0xe2, 0x9c]),
  ]);
  const whole = scan(bytes);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const first = scan(bytes.subarray(0, cut));
    const stored: StreamState = JSON.parse(JSON.stringify(first.state));
    const second = scanStream(stored, bytes.subarray(cut), marks);
    expect({ cut, state: second.state, events: [...first.events, ...second.events] }).toEqual({
      cut,
      ...whole,
    });
  }
  let state = initialStreamState(BASE);
  const events: StreamEvent[] = [];
  for (const byte of bytes) {
    const scanned = scanStream(state, Buffer.from([byte]), marks);
    state = scanned.state;
    events.push(...scanned.events);
  }
  expect({ state, events }).toEqual(whole);
});

test("random bytes never throw", () => {
  let random = 7;
  const bytes = Buffer.alloc(200_000);
  for (let index = 0; index < bytes.length; index++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = random % 5 === 0 ? 0x1b : (random >>> 16) & 0xff;
  }
  expect(scan(bytes).state.offset).toBe(BASE + bytes.length);
});

function scan(bytes: Buffer): { state: StreamState; events: StreamEvent[] } {
  return scanStream(initialStreamState(BASE), bytes, marks);
}

function describeEvent(event: StreamEvent): string {
  const place = `${event.start}-${event.end}`;
  switch (event.kind) {
    case "bracketed-paste":
      return `paste ${event.on ? "on" : "off"} ${place}`;
    case "alternate-screen":
      return `alternate ${event.on ? "on" : "off"} ${place}`;
    case "osc":
      return `osc ${event.number} <${event.payload}> ${place}`;
    case "reset":
      return `reset ${place}`;
    case "erase-scrollback":
      return `erase ${place}`;
  }
}
