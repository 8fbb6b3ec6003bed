import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";
import { readState } from "../support/traces.ts";

const stateOf = async (session: ShellSession) => (await session.read()).fields;

test("a human runs commands and changes shells, and two servers type in turn: all of theirs stay exact", async () => {
  await using session = await ShellSession.open({ shell: "/bin/bash", files: { ".zshrc": "" } });
  const servers = [session.server, await session.home.start()];
  const expectExact = async (depth: number) => {
    for (const server of servers) {
      const command = { session_name: "s", command: "sh -c 'echo out; exit 3'", wait_seconds: 20 };
      expect((await server.call("execute_command", command)).fields).toMatchObject({
        exit_code: 3,
        confidence: "exact",
        output: "out",
        where: { depth },
      });
    }
  };
  await expectExact(0);
  for (const [line, depth] of [
    ["echo by hand", 0],
    ["zsh", 1],
    ["dash", 2],
    ["exit", 1],
    ["exec bash", 1],
    ["exit", 0],
    ["PROMPT_COMMAND=", 0],
  ] as const) {
    const { length } = session.log();
    session.humanTypes(line, "Enter");
    const isThrough = async () =>
      session.log().length > length + line.length && (await stateOf(session))["state"] === "idle";
    await until(`${line} is through`, isThrough, 20_000);
    await expectExact(depth);
  }
}, 90_000);

test.each([["/bin/bash"], ["/bin/dash"], ["/usr/bin/zsh"]])(
  "our numbers are masked in what %s prints of them",
  async (shell) => {
    await using session = await ShellSession.open({ shell, files: { ".zshrc": "" } });
    const aids = readState(session.home)["s"]?.["levels"] ?? [];
    const aid = /[0-9a-f]{32}/.exec(JSON.stringify(aids))?.[0] ?? "";
    const log = session.home.tempHome.write("copy", readFileSync(join(session.home.root, "logs/s.log")));
    const results = [
      await session.run("set", { num_lines: 5000, max_chars: 40_000 }),
      await session.run(`cat -v ${log}`),
      await session.run(`cat ${log}`),
      await session.run(`printf '\\n${aid.slice(0, 16)}'; echo ${aid.slice(16)}`),
      await session.read({ view: "screen" }),
      await session.read({ num_lines: 1000 }),
      await session.server.call("search_output", { session_name: "s", pattern: aid }),
    ];
    expect(
      results.map(({ text, fields }) => text.includes(aid) || JSON.stringify(fields).includes(aid)),
    ).toEqual(results.map(() => false));
    expect(results.some(({ text }) => text.includes("•••"))).toBe(true);
  },
  40_000,
);

test.each([["/bin/bash"], ["/usr/bin/zsh"]])(
  "in %s a terminal without echo runs commands",
  async (shell) => {
    await using session = await ShellSession.open({ shell, files: { ".zshrc": "" } });
    for (const [command, output] of [
      ["stty -echo", ""],
      ["echo hidden", "hidden"],
      ["stty echo", ""],
      ["echo shown", "shown"],
      ["stty raw", ""],
      ["stty sane", ""],
      ["clear", ""],
      ["tput reset", ""],
      ["reset", ""],
      ["echo end", "end"],
    ] as const) {
      const { fields } = await session.run(command);
      expect(fields).toMatchObject({ exit_code: 0, confidence: "exact", output });
    }
  },
  60_000,
);
