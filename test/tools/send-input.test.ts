import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({
    shell: "/bin/bash",
    files: {
      ".bash_profile": "PS1='\\u@\\h:\\w\\$ '\n",
      menu: [
        "PS3='Your choice: '",
        "select fruit in apple pear none; do",
        '  echo "you took $fruit"; [ "$fruit" = none ] && break',
        "done",
      ].join("\n"),
      ask: "printf '[sudo] password for x: '; stty -echo; read -r word; stty echo; echo; echo \"${#word} characters\"\n",
      hostkey:
        "printf 'Are you sure you want to continue connecting (yes/no/[fingerprint])? '; read -r word; echo \"got $word\"\n",
      short: "read -t 1 -p 'Delete all? [y/n] ' word; echo; echo \"too late\"\n",
      numbers: Array.from({ length: 300 }, (_, index) => `number ${index + 1}`).join("\n"),
    },
  });
  const home = await session.run("cd ~");
  if (home.isError) throw new Error(home.text);
}, 30_000);

afterAll(() => session[Symbol.asyncDispose]());

/** A test that fails leaves nothing behind for the next. */
afterEach(async () => {
  if ((await session.read()).fields["state"] === "idle") return;
  await session.interrupt();
  if ((await session.read()).fields["state"] !== "idle") await session.send({ keys: ["Escape", "q"] });
});

const ledger = () => readFileSync(join(session.home.root, "logs", "s.commands.jsonl"), "utf8");

/** Reads until the state is the wanted one. */
async function reaches(state: string): Promise<Record<string, unknown>> {
  let fields: Record<string, unknown> = {};
  await until(state, async () => {
    fields = (await session.read({ wait_seconds: 1 })).fields;
    return fields["state"] === state;
  });
  return fields;
}

describe("a question", () => {
  test("is answered with a line; the command's end comes with its id, exit code and whole output", async () => {
    const asked = await session.run('read -p "Name: " name; echo "Hello $name"; (exit 3)');
    expect(asked.fields).toMatchObject({
      state: "awaiting_input",
      ended_by: "input_wanted",
      awaiting: { kind: "text", prompt: "Name:", answer_with: { tool: "send_input" } },
    });
    expect(asked.fields["next"]).toContain("send_input");
    const { fields } = await session.send({ text: "Ada\n" });
    expect(fields).toMatchObject({
      state: "idle",
      ended_by: "command_ended",
      submitted: true,
      exit_code: 3,
      confidence: "exact",
      command_id: asked.fields["command_id"],
      view: "command",
      output: "Name: Ada\nHello Ada",
    });
  }, 30_000);

  test("is not answered before Enter; keys come after text", async () => {
    await session.run('read -p "Name: " name; echo "Hello $name"');
    const first = await session.send({ text: "Ad" });
    expect(first.fields).toMatchObject({ submitted: false, ended_by: "quiet", view: "new" });
    const second = await session.send({ text: "ax", keys: ["Backspace", "Enter"] });
    expect(second.fields).toMatchObject({ exit_code: 0, output: expect.stringMatching(/Hello Ada$/) });
  }, 30_000);

  test("that follows another is returned with what came between, without the echo", async () => {
    await session.run('read -p "One? " a; echo "took $a"; read -p "Two: " b; echo "$a$b"');
    const { fields } = await session.send({ text: "1\n" });
    expect(fields).toMatchObject({
      state: "awaiting_input",
      ended_by: "input_wanted",
      view: "new",
      output: "took 1\nTwo: ",
      awaiting: { prompt: "Two:" },
    });
    expect(fields["exit_code"]).toBeUndefined();
    expect((await session.send({ text: "2\n" })).fields).toMatchObject({ exit_code: 0 });
  }, 30_000);

  test("of rm -i suggests its keys", async () => {
    await session.run("touch old");
    const { fields } = await session.run("rm -i old");
    expect(fields["state"]).toBe("awaiting_input");
    expect((await session.send({ keys: "y Enter" })).fields).toMatchObject({ exit_code: 0, submitted: true });
    expect(session.remoteFile("old")).toBeUndefined();
    const asked = await session.run('read -p "Go on? [y/N] " x; echo "$x"');
    expect(asked.fields["awaiting"]).toMatchObject({
      kind: "confirmation",
      suggested_keys: ["y Enter", "n Enter"],
    });
    expect((await session.send({ keys: ["n Enter"] })).fields["output"]).toEndWith("\nn");
  }, 30_000);

  test("of a menu comes back until it is left", async () => {
    await session.run("bash menu");
    const { fields } = await session.send({ text: "2\n" });
    expect(fields).toMatchObject({ state: "awaiting_input", awaiting: { prompt: "Your choice:" } });
    expect(fields["output"]).toBe("you took pear\nYour choice: ");
    expect((await session.send({ text: "3\n" })).fields).toMatchObject({ exit_code: 0, state: "idle" });
  }, 30_000);

  test("of the shell itself, for the rest of a command", async () => {
    const { fields } = await session.run("cat <<END");
    expect(fields["awaiting"]).toMatchObject({ kind: "continuation", suggested_keys: ["C-c"] });
    expect((await session.send({ text: "one\n" })).fields).toMatchObject({
      state: "awaiting_input",
      awaiting: { kind: "continuation" },
    });
    expect((await session.send({ text: "END\n" })).fields).toMatchObject({ exit_code: 0, output: "one" });
  }, 30_000);
});

describe("what is hidden", () => {
  test("is in no result and no record of ours", async () => {
    const { fields } = await session.run("sh ask");
    expect(fields).toMatchObject({
      awaiting: { kind: "password" },
      next: expect.stringContaining("a human"),
    });
    const { text, fields: ended } = await session.send({ text: "hunter2secret\n" });
    expect(ended).toMatchObject({ exit_code: 0, output: expect.stringMatching(/13 characters$/) });
    expect(text).not.toContain("hunter2");
    expect(ledger()).not.toContain("hunter2");
    expect(ledger()).toContain('"text":"•••"');
    expect(session.log()).not.toContain("hunter2");
  }, 30_000);

  test("is masked at once, though the question was not recognised yet", async () => {
    const { fields } = await session.run("sh ask", { wait_seconds: 0 });
    expect(fields["state"]).toBe("running");
    await until("the question", () => session.log().endsWith("for x: "));
    const shown = await session.read();
    await session.send({ text: "hunter3secret\n", cursor: shown.fields["cursor"] });
    await reaches("idle");
    expect(ledger()).not.toContain("hunter3");
  }, 30_000);

  test("may open a shell, which is exact at once", async () => {
    const command =
      "sh -c 'stty -echo; printf \"Password: \"; read -r p; stty echo; exec bash --norc --noprofile -i'";
    expect((await session.run(command)).fields).toMatchObject({ awaiting: { kind: "password" } });
    const { fields } = await session.send({ text: "hunter4secret\n", wait_seconds: 10 });
    expect(fields).toMatchObject({ state: "idle", ended_by: "nested_prompt", where: { depth: 1 } });
    expect((await session.run("(exit 9)")).fields).toMatchObject({ exit_code: 9, confidence: "exact" });
    expect((await session.send({ keys: "C-d" })).fields).toMatchObject({
      state: "idle",
      where: { depth: 0 },
    });
    expect(ledger()).not.toContain("hunter4");
  }, 30_000);

  test("read -s, whose prompt says nothing, is answered too", async () => {
    await session.run('read -s -p "Your word: " word; echo; echo "${#word}"');
    expect((await session.send({ text: "12345\n" })).fields["output"]).toEndWith("\n5");
  }, 30_000);
});

describe("a program", () => {
  test("python answers line by line and ends with C-d", async () => {
    const started = await session.run("python3 -q");
    expect(started.fields["awaiting"]).toMatchObject({ kind: "repl", suggested_keys: ["C-d"] });
    expect((await session.send({ text: "6*7\n" })).fields).toMatchObject({
      state: "awaiting_input",
      ended_by: "input_wanted",
      awaiting: { kind: "repl" },
      output: "42\n>>> ",
    });
    const { fields } = await session.send({ text: "def f(x):\n  return x + 1\n\nf(41)\n" });
    expect(fields["output"]).toEndWith("\n42\n>>> ");
    expect((await session.send({ keys: "C-d" })).fields).toMatchObject({ state: "idle", exit_code: 0 });
  }, 30_000);

  test("less shows its screen after each key, and q leaves it", async () => {
    const started = await session.run("less numbers");
    expect(started.fields).toMatchObject({
      state: "fullscreen",
      awaiting: { kind: "pager", suggested_keys: ["Space", "q"] },
    });
    const { fields } = await session.send({ keys: ["Space"] });
    expect(fields).toMatchObject({ state: "fullscreen", view: "screen", ended_by: "fullscreen" });
    expect(String(fields["output"])).toContain("number 50\n");
    expect((await session.send({ text: "/number 222\n" })).fields["output"]).toStartWith("number 222\n");
    expect((await session.send({ keys: "q" })).fields).toMatchObject({ exit_code: 0, state: "idle" });
  }, 30_000);

  test("vi writes a file", async () => {
    const started = await session.run("vi letter");
    expect(started.fields).toMatchObject({
      state: "fullscreen",
      awaiting: { suggested_keys: expect.anything() },
    });
    const { fields } = await session.send({ text: "iDear Ada,\nall is well" });
    expect(fields["output"]).toStartWith("Dear Ada,\nall is well\n");
    expect((await session.send({ keys: ["Escape"], text: "" })).isError).toBe(false);
    const left = await session.send({ text: ":wq\n" });
    expect(left.fields).toMatchObject({ state: "idle", exit_code: 0 });
    expect(session.remoteFile("letter")).toBe("Dear Ada,\nall is well\n");
  }, 30_000);

  test("top, which draws by itself, takes keys though its screen has changed since", async () => {
    const started = await session.run("top -d 0.3", { wait_seconds: 1, max_chars: 40_000 });
    expect(String(started.fields["output"])).toContain("load average");
    const before = session.log().length;
    await until("the next picture", () => session.log().length > before + 1_000);
    expect((await session.send({ keys: "q" })).fields).toMatchObject({ state: "idle", exit_code: 0 });
  }, 30_000);
});

describe("at the shell's prompt", () => {
  test("a line is typed as a person would, and is a command like any other", async () => {
    const { fields } = await session.send({ text: "echo typed; (exit 7)\n" });
    expect(fields).toMatchObject({
      exit_code: 7,
      output: "typed",
      command: "echo typed; (exit 7)",
      command_id: expect.stringMatching(/^c\d+$/),
      ended_by: "command_ended",
    });
    expect(ledger()).toContain('"command":"echo typed; (exit 7)"');
  }, 30_000);

  test("text without Enter stays on the line until it is sent or taken back", async () => {
    const { fields } = await session.send({ text: "echo half" });
    expect(fields).toMatchObject({ state: "idle", ended_by: "quiet", submitted: false });
    expect((await session.run("true", { wait_seconds: 0 })).code).toBe("SESSION_BUSY");
    expect((await session.send({ text: " whole", keys: "Enter" })).fields).toMatchObject({
      command: "echo half whole",
      output: "half whole",
      exit_code: 0,
    });
    await session.send({ text: "echo never" });
    expect((await session.send({ keys: ["C-u"] })).fields["state"]).toBe("idle");
    expect((await session.run("echo next")).fields["output"]).toBe("next");
  }, 30_000);

  test("leaving a shell inside the shell returns to the outer one", async () => {
    expect((await session.run("bash --norc -i")).fields).toMatchObject({ where: { depth: 1 } });
    const { fields } = await session.send({ text: "exit 4\n" });
    expect(fields).toMatchObject({ state: "idle", exit_code: 4, where: { depth: 0 } });
  }, 30_000);
});

describe("nothing is typed", () => {
  const refused = async (args: Record<string, unknown>) => {
    const before = session.log();
    const { code, fields } = await session.send(args);
    expect(session.log()).toBe(before);
    return { code, error: fields["error"] };
  };

  test("when a key has no such name", async () => {
    const { code, error } = await refused({ text: "echo never", keys: ["Entr"] });
    expect(code).toBe("INVALID_ARGUMENT");
    expect(JSON.stringify(error)).toContain("Did you mean Enter?");
  });

  test("when the question that was shown has gone, and the shell would get the answer", async () => {
    const asked = await session.run("bash short");
    expect(asked.fields["awaiting"]).toMatchObject({ kind: "confirmation" });
    await until("the shell's prompt", () => /too late\r\n[^]*# /.test(session.log()));
    const { code, error } = await refused({ text: "y\n" });
    expect(code).toBe("EXPECTATION_FAILED");
    expect(error).toMatchObject({ details: { where: { depth: 0 } } });
    expect((await refused({ text: "y\n", cursor: asked.fields["cursor"] })).code).toBe("EXPECTATION_FAILED");
    await session.read();
    expect((await session.send({ text: "echo seen\n" })).fields["output"]).toBe("seen");
  }, 30_000);

  test("when another question came since", async () => {
    await session.run('read -p "Name: " a; read -p "Delete? " b; echo "$a $b"');
    session.humanTypes("-l", "human");
    session.humanTypes("Enter");
    await until("the other question", () => session.log().endsWith("Delete? "));
    expect((await refused({ text: "y\n" })).code).toBe("EXPECTATION_FAILED");
    await session.read();
    expect((await session.send({ text: "n\n" })).fields["output"]).toEndWith("\nhuman n");
  }, 30_000);

  test("when this client was not shown the session, or the cursor is none of it", async () => {
    const other = await session.home.start();
    const blind = await other.call("send_input", { session_name: "s", text: "x" });
    expect(blind.code).toBe("EXPECTATION_FAILED");
    expect((await refused({ text: "x", cursor: "zz.1" })).code).toBe("CURSOR_INVALID");
    const looked = await other.call("get_terminal_output", { session_name: "s" });
    expect(looked.isError).toBe(false);
    const sent = await other.call("send_input", { session_name: "s", text: "echo from the other\n" });
    expect(sent.fields).toMatchObject({ exit_code: 0, output: "from the other" });
    await session.read();
  }, 30_000);

  test("at a question whether to trust a host key, but C-c ends it", async () => {
    const { fields } = await session.run("sh hostkey");
    expect(fields["awaiting"]).toEqual({ kind: "host_key", prompt: expect.any(String) });
    for (const args of [{ text: "yes\n" }, { keys: "y" }, { keys: "Enter" }, { keys: " " }]) {
      const { code, error } = await refused(args);
      expect(code).toBe("HUMAN_ONLY");
      expect(error).toMatchObject({ details: { command_for_user: expect.stringContaining("attach") } });
    }
    expect((await session.send({ keys: "C-c" })).fields).toMatchObject({ state: "idle", exit_code: 130 });
  }, 30_000);

  test("while a human looks through the scrollback", async () => {
    session.home.tmux("copy-mode", "-t", "=mcp-s:");
    expect((await refused({ text: "x" })).code).toBe("SESSION_BUSY");
    session.home.tmux("send-keys", "-t", "=mcp-s:", "-X", "cancel");
  });
});

test("calls made at once type in their order", async () => {
  await session.run('read -p "Word: " word; echo "<$word>"');
  const calls = ["a", "b", "c", "d"].map((text) => session.send({ text }));
  calls.push(session.send({ keys: "Enter", wait_seconds: 5 }));
  const results = await Promise.all(calls);
  expect(results.map(({ code }) => code)).toEqual(Array.from(results, () => undefined));
  expect(results.at(-1)?.fields["output"]).toEndWith("<abcd>");
}, 30_000);

test("control characters arrive as they are", async () => {
  await session.run("stty raw -echo; head -c 9 | od -An -tx1; stty sane", { wait_seconds: 0 });
  await until("the shell's Enter", async () => (await session.read()).fields["state"] !== "idle");
  const { fields } = await session.send({
    text: "\u0000\u0001\t\u001b\u001c\u001d\u001e\u001f\u007f",
    wait_seconds: 5,
  });
  const { fields: later } = fields["state"] === "idle" ? { fields } : await session.read({ wait_seconds: 5 });
  expect(String(later["output"])).toContain("00 01 09 1b 1c 1d 1e 1f 7f");
}, 30_000);

test("a session whose ssh has ended is not typed into", async () => {
  await session.send({ text: "exit\n", wait_seconds: 5 });
  expect((await session.send({ text: "x" })).code).toBe("SESSION_DISCONNECTED");
}, 30_000);
