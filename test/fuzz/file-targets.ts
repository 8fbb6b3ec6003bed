import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";

import { isSessionName } from "../../src/base/session-name.ts";
import { InvalidConfig, parseConfig } from "../../src/config/parse-config.ts";
import { scanStream } from "../../src/screen/stream-parser.ts";
import { readCheckpoint, type Checkpoint } from "../../src/state/checkpoint-file.ts";
import { Ledger } from "../../src/state/ledger.ts";
import type { SessionRecord } from "../../src/state/session-record.ts";
import { StateFile } from "../../src/state/state-file.ts";
import { parseTags } from "../../src/tmux/tags.ts";
import { damaged, fixture, fixtureNames, someAid, terminalBytes } from "./soup.ts";
import { holds, target, type Target } from "./target.ts";

const configs = fixtureNames("python-trees").map((name) => fixture("python-trees", name, "config.yml"));
const yamlPieces = [
  "\n",
  ": ",
  "- ",
  "&a ",
  "*a",
  "<<: *a",
  "!!python/object:os.system ",
  "~",
  "|\n",
  ">-\n",
  "{",
  "}",
  "[",
  "]",
  "'",
  '"',
  "#",
  "\t",
  "? ",
  "---\n",
  "...\n",
  "%YAML 1.2\n",
  "\0",
  "\ufeff",
  "host: -oProxyCommand=id\n",
  "proxy_jump: ",
  "port: 0x16\n",
  "[".repeat(60),
  "&a [*a, *a]",
  "\\".repeat(50),
  "__proto__: ",
];

const record: SessionRecord = {
  session_name: "s",
  connection_config: "c",
  tmux_session: "mcp-s",
  log_file: "logs/s.log",
  created_at: "2026-11-28T00:00:00.000Z",
  phase: "open",
  incarnation: "1",
  epoch: 1,
  log_start: 0,
  epoch_start: 0,
  number: someAid,
  host: "h",
  user: "u",
  port: 22,
  cols: 80,
  rows: 24,
  prompt: { text: "$ ", bracketed: true },
  levels: [{ aid: someAid, shell: "bash", bracketed: true, pid: 7 }],
};
const checkpoint: Checkpoint = {
  incarnation: "1",
  epoch: 1,
  terminal: {
    stream: {
      offset: 90,
      bracketedPaste: true,
      alternateScreen: false,
      lineStart: 80,
      addressing: [3, 9],
      savedAddressing: null,
      escape: {
        phase: "csi",
        start: 88,
        intermediates: "?",
        parameters: [1, 2],
        parameterBytes: 3,
        discarded: false,
        text: "",
      },
    },
    levels: [],
  },
};
const typed = {
  step: "sent",
  id: "c1",
  incarnation: "1",
  offset: 5,
  at: "x",
  pid: 1,
  client: "t",
  command: "ls",
};
const states = [
  JSON.stringify({ version: 2, sessions: { s: record } }),
  '{"version":"1.0","sessions":{"s":{}}}',
];
const checkpoints = [JSON.stringify({ format: 4, ...checkpoint })];
const ledgers = [
  `${JSON.stringify(typed)}\n${JSON.stringify({ ...typed, step: "input", keys: ["Enter"] })}\n{"step":"ended","id":"c1","at":"x","end":9}\n`,
];
const jsonPieces = [
  "\n",
  '"',
  "{",
  "}",
  "null",
  "-1",
  "1e99",
  "99999999999999999999",
  "[]",
  '"__proto__":{},',
  "\0",
  "0.5",
  '"phase":"ground",',
  "\\ud800",
  "../../x",
];

/** What stands in files that others may have written, and in tmux's tags. */
export const fileTargets: readonly Target[] = [
  target("config.yml", 1, damaged(configs, yamlPieces), (text) => {
    try {
      parseConfig(text, "/c.yml", { home: "/h", root: "/h/t" });
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      holds(
        "each fault has a place",
        error.faults.every(({ line, column }) => line >= 1 && column >= 1),
      );
    }
  }),
  inFile("state.json", damaged(states, jsonPieces), (path) => {
    const file = new StateFile(path, `${path}.lock`, () => undefined);
    for (const [key, session] of file.read()) {
      holds("only names that are safe in paths", isSessionName(session.session_name));
      holds("under their own key", key === session.session_name.toLowerCase());
    }
    file.get("s");
  }),
  inFile("ledger", damaged(ledgers, jsonPieces), (path) => {
    const ledger = new Ledger(path);
    ledger.last();
    ledger.find(({ step }) => step === "sent");
    ledger.findEnd("c1");
    for (const { id } of ledger.all()) holds("only whole records", /^c\d+$/.test(id));
  }),
  target("checkpoint", 5, fc.tuple(damaged(checkpoints, jsonPieces), terminalBytes), ([text, bytes]) => {
    const read = withFile(text, readCheckpoint);
    if (read === undefined) return;
    const { state } = scanStream(read.terminal.stream, bytes, new Set([7711, 7712]));
    holds("it goes on from there", state.offset === read.terminal.stream.offset + bytes.length);
  }),
  target("tags", 30, damaged(['{"session_name":"s","port":"22"}', "[1]", '{"a":{}}'], jsonPieces), (text) => {
    holds(
      "texts alone",
      Object.values(parseTags(text)).every((value) => typeof value === "string"),
    );
  }),
];

function inFile(name: string, text: fc.Arbitrary<string>, read: (path: string) => void): Target {
  return target(name, 3, text, (each) => withFile(each, read));
}

let folder: string | undefined;

function withFile<T>(text: string, read: (path: string) => T): T {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "mcp-fuzz-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const path = join(folder, "file");
  writeFileSync(path, text);
  return read(path);
}
