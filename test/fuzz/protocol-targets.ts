import * as fc from "fast-check";

import { UserError, type ErrorCode } from "../../src/base/user-error.ts";
import { readArguments } from "../../src/server/arguments.ts";
import { parseLine, readMessage } from "../../src/server/json-rpc.ts";
import { LineReader, type Line } from "../../src/server/line-reader.ts";
import { presentError } from "../../src/server/present-error.ts";
import { StdioTransport } from "../../src/server/stdio-transport.ts";
import { tools } from "../../src/server/tools.ts";
import { parseInput } from "../../src/sessions/input-keys.ts";
import { compilePattern } from "../../src/sessions/pattern.ts";
import { damaged, inPieces, remoteText } from "./soup.ts";
import { holds, same, target, type Target } from "./target.ts";

const messages = [
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
  '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"execute_command","arguments":{"session_name":"s","command":"ls"},"_meta":{"progressToken":1}}}\n{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}\n',
  '[{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","id":3,"method":"tools/list"}]\n\n{"jsonrpc":"2.0","id":3,"result":{}}\n',
];
const jsonPieces = [
  "\n",
  '"',
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "null",
  "1e999",
  "-0",
  '"id":null',
  '"id":1',
  "\\ud800",
  "\\u0000",
  '"__proto__":{}',
  '"method":7',
  "\r\n",
  "\ufeff",
  "9".repeat(400),
  "[".repeat(300),
];
const jsonBytes = fc
  .tuple(
    damaged(messages, jsonPieces),
    damaged(messages, jsonPieces),
    fc.uint8Array({ maxLength: 6 }),
    fc.boolean(),
  )
  .map(([one, two, noise, isNoisy]) =>
    Buffer.concat([Buffer.from(one), isNoisy ? noise : Buffer.alloc(0), Buffer.from(two)]),
  );

const names = fc.constantFrom(
  "session_name",
  "command",
  "wait_seconds",
  "num_lines",
  "keys",
  "text",
  "expect",
  "view",
  "cursor",
  "_x",
  "toolCallId",
  "__proto__",
  "constructor",
  "sesion_name",
  "x".repeat(300),
);
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom("true", "1e9", "-5", "NaN", "[1]", '{"user":"x"}', "[", " 1", "0x10", "s", "Enter"),
  remoteText,
);

const words = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "C-", "M-", "S-", "C-M-", "^", "ctrl+"),
      fc.constantFrom(
        "Enter",
        "c",
        "Up",
        "F1",
        "F13",
        "[",
        "@",
        "constructor",
        "é",
        "😀",
        "\u202e",
        "\x1b",
        "Entr",
        "",
      ),
    )
    .map((parts) => parts.join("")),
  remoteText,
);
const keyText = fc
  .tuple(words, fc.constantFrom("", "*3", "*0", "*999", "*9999", "*-1", " ", "\n", "\0"))
  .map((parts) => parts.join(""));

const patterns = damaged(
  [
    "(a+)+$",
    "^\\s*error: (\\d{1,3})(?:x|y)?",
    "[a-z&&[^b]]\\b",
    "(?i)ready|done",
    "\\p{L}{2,5}?",
    "a{1000}{1000}",
    "((((a*)*)*)*)b",
  ],
  [
    "(",
    ")",
    "[",
    "]",
    "{9999}",
    "*",
    "+?",
    "\\",
    "\\Q",
    "\\E",
    "(?<x>",
    "(?P<x>a)",
    "|",
    "^",
    "$",
    ".",
    "\\1",
    "(?=a)",
    "\\pZ",
    "\\x{110000}",
    "[[:alpha:]]",
  ],
);

/** What a client sends. */
export const protocolTargets: readonly Target[] = [
  target("JSON-RPC lines", 15, inPieces(jsonBytes), ({ whole, pieces }) => {
    const once = linesOf([whole]);
    same("pieces", linesOf(pieces), once);
    for (const line of once) {
      if (line.kind !== "line") continue;
      const parsed = parseLine(line.bytes);
      if (parsed !== undefined && "value" in parsed) readMessage(parsed.value);
    }
  }),
  target("transport", 8, inPieces(jsonBytes), async ({ pieces }) => {
    const answers = await converse(pieces);
    for (const answer of answers.flat())
      holds("an answer", answer.jsonrpc === "2.0" && ("result" in answer || "error" in answer));
  }),
  target(
    "arguments",
    8,
    fc.tuple(fc.constantFrom(...tools), fc.dictionary(names, values, { maxKeys: 5 })),
    ([tool, raw]) => {
      const read = onlyUserError("INVALID_ARGUMENT", () => readArguments(tool.name, tool.input, raw));
      if (read !== undefined) same("what was read fits", tool.input.safeParse(read.values).success, true);
    },
  ),
  target(
    "keys",
    40,
    fc.tuple(fc.oneof(fc.constant(""), remoteText), fc.array(keyText, { maxLength: 4 })),
    ([text, keys]) => {
      const input = onlyUserError("INVALID_ARGUMENT", () => parseInput(text, keys));
      for (const step of input?.steps ?? []) {
        if (step.kind === "text") holds("text holds no control", !/\p{Cc}/u.test(step.text));
        else holds("a key is a word of tmux's", /^[!-~]{1,20}$/.test(step.key));
      }
    },
  ),
  target("patterns", 3, fc.tuple(patterns, remoteText, fc.boolean()), ([source, line, ignoreCase]) => {
    const pattern = onlyUserError("PATTERN_INVALID", () => compilePattern(source, { ignoreCase }));
    if (pattern === undefined || !pattern.matches(line)) return;
    const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
    holds("a line that matches has the literal", fold(line).includes(fold(pattern.literal ?? "")));
  }),
];

function linesOf(pieces: readonly Buffer[]): Line[] {
  const reader = new LineReader(2_000);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

type Answer = { readonly jsonrpc: string; readonly id: unknown };

/** Lets a transport read the pieces to their end; a server behind it answers every request once. */
async function converse(pieces: readonly Buffer[]): Promise<(Answer | Answer[])[]> {
  const chunks = pieces.filter((piece) => piece.length > 0);
  let written = "";
  const transport = new StdioTransport(
    {
      read: async () => ({ done: chunks.length === 0, value: chunks.shift() }),
      cancel: async () => undefined,
    },
    { write: (text) => (written += text), flush: () => undefined },
  );
  const sent: Promise<void>[] = [];
  transport.onmessage = (message) => {
    if ("method" in message && "id" in message)
      sent.push(transport.send({ jsonrpc: "2.0", id: message.id, result: {} }));
  };
  await transport.start();
  await transport.inputEnded;
  await Promise.all(sent);
  await new Promise(setImmediate);
  return written
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Answer | Answer[] => JSON.parse(line));
}

/** Undefined where it was refused, with words that no control character or line end is in. */
function onlyUserError<T>(code: ErrorCode, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== code) throw error;
    const { content } = presentError(error, { textOnly: true });
    const text = content[0]?.type === "text" ? content[0].text : "";
    holds("its words are two lines", !/[^\P{Cc}\n]/u.test(text) && text.split("\n").length === 2);
    holds("its words are short", text.length < 2_000);
    return undefined;
  }
}
