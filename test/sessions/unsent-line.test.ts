import { expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

const shells = ["bash", "zsh", "fish", "dash", "ksh93", "mksh", "tcsh"].flatMap((name) => {
  const path = Bun.which(name);
  return path === null ? [] : [[name, path] as const];
});

test.each(shells)(
  "%s: what a human types while a command runs, and does not send, keeps the session busy",
  async (_name, shell) => {
    await using session = await ShellSession.open({ shell });
    await using human = await attach(session);
    await session.run("true");
    for (const command of ["sleep 1", "printf partial; sleep 1"]) {
      const begun = await session.run(command, { wait_seconds: 0 });
      human.type("touch unsent");
      await session.read({ command_id: begun.fields["command_id"], wait_seconds: 20 });
      expect((await session.run("echo mine")).code).toBe("SESSION_BUSY");
      human.type("\u0003");
      await until(
        "the line is empty",
        async () => (await session.run("echo mine")).fields["output"] === "mine",
      );
    }
    expect(session.remoteFile("unsentecho")).toBeUndefined();
  },
  60_000,
);

async function attach(session: ShellSession) {
  const terminal = new Bun.Terminal({ cols: 200, rows: 51 });
  const tmux = Bun.which("tmux") ?? "tmux";
  const human = Bun.spawn([tmux, "-S", session.home.tmuxSocket, "attach", "-t", "=mcp-s"], {
    terminal,
    env: { TERM: "xterm", PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" },
  });
  await until("someone is attached", async () =>
    JSON.stringify((await session.server.call("list_connections")).fields).includes('"humans_attached":1'),
  );
  return {
    type: (text: string) => void terminal.write(text),
    [Symbol.asyncDispose]: async () => {
      human.kill();
      await human.exited;
      terminal.close();
    },
  };
}
