import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ShellSession } from "../support/shell-session.ts";

const shells = [["/bin/bash"], ["/usr/bin/zsh"], ["/bin/dash"], ["/usr/bin/fish"]];
const files = { ".zshrc": "" };
const variables = "set; declare -p 2>/dev/null; functions __mcp_began";

test.each(shells)(
  "in %s a number of ours that was printed is changed before anything else is typed, and shown to nobody",
  async (shell) => {
    await using session = await ShellSession.open({ shell, files });
    await session.run("true");
    const printings = [`cat ${join(session.home.root, "logs", "s.log")}`, variables];
    for (const printing of printings) {
      const before = newestNumber(session);
      const { text } = await session.run(printing);
      expect(session.log().split(before).length).toBeGreaterThan(4);
      const { fields } = await session.run("sh -c 'echo out; exit 3'");
      expect(fields).toMatchObject({ exit_code: 3, confidence: "exact", output: "out", where: { depth: 0 } });
      expect(newestNumber(session)).not.toBe(before);
      expect(
        session
          .log()
          .split(/7711;show;/)
          .at(-1),
      ).not.toContain(before);
      expect(text + (await session.run(`echo ${before}`)).text).not.toContain(before);
    }
  },
  40_000,
);

test.each(shells)(
  "in %s commands that print nothing of ours keep the number",
  async (shell) => {
    await using session = await ShellSession.open({ shell, files });
    const before = newestNumber(session);
    const several = shell === "/bin/dash" ? "echo a" : "echo a\necho b";
    for (const command of ["true", several, "seq 100000", "printf abc", "cat /etc/passwd"])
      await session.run(command);
    await session.send({ text: "echo typed\n", wait_seconds: 10 });
    await session.run("true");
    expect(newestNumber(session)).toBe(before);
  },
  40_000,
);

function newestNumber({ home }: ShellSession): string {
  const state: unknown = JSON.parse(readFileSync(join(home.root, "state.json"), "utf8"));
  const numbers = [...JSON.stringify(state).matchAll(/"aid":"([0-9a-f]{32})"/g)].map(([, number]) => number);
  return numbers.at(-1) ?? "";
}
