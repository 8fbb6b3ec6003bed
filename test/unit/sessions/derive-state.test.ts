import { expect, test } from "bun:test";

import { deriveState, type Background, type StreamFacts } from "../../../src/sessions/derive-state.ts";

const login = { text: "a@b:~$ ", bracketed: true };
const dash = { text: "# ", bracketed: false };

const known: Background = {
  prompts: [login],
  mayOpenShell: () => false,
  lastEnter: () => "taken",
  lastEnterAt: () => -1,
};
const inDash: Background = { ...known, prompts: [dash, login] };
const none: Background = { ...known, prompts: [] };

function facts(before: string, more: Partial<StreamFacts> & { readonly after?: string } = {}): StreamFacts {
  const { after = "", ...rest } = more;
  const cursorLines = before === "" ? [] : [{ start: 7, before, after }];
  return {
    ended: false,
    alternateScreen: false,
    bracketedPaste: false,
    addressing: [],
    cursorLines,
    lineStart: 7,
    quietMs: 5_000,
    ...rest,
  };
}

const editing = { bracketedPaste: true };

test.each<[string, StreamFacts, Background, string]>([
  ["the end mark", facts("", { ended: true }), known, "disconnected"],
  ["the alternate screen", facts("x", { alternateScreen: true }), known, "fullscreen"],
  [
    "the learned prompt of a line editor, at once",
    facts("a@b:~$ ", { ...editing, quietMs: 0 }),
    known,
    "idle",
  ],
  ["output that imitates it", facts("a@b:~$ "), known, "running"],
  ["the prompt of a plain shell after silence", facts("# "), inDash, "idle"],
  ["the prompt of a plain shell, too soon", facts("# ", { quietMs: 20 }), inDash, "running"],
  ["the prompt of a plain shell behind output", facts("abc# "), inDash, "idle"],
  ["a plain prompt where a program left bracketed paste on", facts("# ", editing), inDash, "idle"],
  ["the same, too soon", facts("# ", { ...editing, quietMs: 20 }), inDash, "running"],
  ["an inner prompt in an outer one's end", facts("a@b:~# ", editing), { ...known, prompts: [dash] }, "idle"],
  ["a new prompt of a line editor", facts("x@y:/# ", editing), known, "idle"],
  ["a new prompt, too soon", facts("x@y:/# ", { ...editing, quietMs: 20 }), known, "running"],
  ["a new plain prompt", facts("$ "), known, "running"],
  ["a new plain prompt after a command like su", facts("$ "), { ...known, mayOpenShell: () => true }, "idle"],
  ["PS2 of a line editor", facts("> ", editing), known, "awaiting_input:continuation"],
  ["PS2 of a plain shell", facts("> "), { ...known, prompts: [dash] }, "awaiting_input:continuation"],
  ["an interpreter's >", facts("> "), known, "awaiting_input:repl"],
  [
    "a line that its editor keeps",
    facts("  body", editing),
    { ...known, lastEnter: () => "held" },
    "awaiting_input:continuation",
  ],
  ["an Enter on its way", facts("a@b:~$ ls", editing), { ...known, lastEnter: () => "unseen" }, "running"],
  ["a password", facts("[sudo] password for a: "), known, "awaiting_input:password"],
  ["a password, too soon", facts("Password: ", { quietMs: 50 }), known, "running"],
  ["a PIN", facts("Enter PIN: "), known, "awaiting_input:password"],
  ["a word that ends like PIN", facts("Shipping it: ", { quietMs: 500 }), known, "running"],
  ["a question", facts("Name: "), known, "awaiting_input:text"],
  ["a question, too soon", facts("Name: ", { quietMs: 500 }), known, "running"],
  ["silence", facts(""), known, "running"],
  ["silence before any prompt", facts(""), none, "unknown"],
])("%s", (_title, stream, background, state) => {
  const derived = deriveState(stream, background);
  expect(derived.awaiting === undefined ? derived.state : `${derived.state}:${derived.awaiting.kind}`).toBe(
    state,
  );
});

test("text on the prompt's line is told, on both sides of the cursor", () => {
  expect(deriveState(facts("a@b:/tmp$ ls", { ...editing, after: " -l" }), known)).toMatchObject({
    state: "idle",
    prompt: { text: "a@b:/tmp$ ", bracketed: true },
    promptStart: 7,
    typed: "ls -l",
  });
});

test("the last command is asked for only where it decides", () => {
  const asking: Background = {
    prompts: [login],
    mayOpenShell: () => expect.unreachable(),
    lastEnter: () => expect.unreachable(),
    lastEnterAt: () => expect.unreachable(),
  };
  for (const stream of [facts("a@b:~$ ", editing), facts(""), facts("12 of 30 files")])
    deriveState(stream, asking);
});
