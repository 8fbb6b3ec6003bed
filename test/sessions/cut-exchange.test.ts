import { expect, test } from "bun:test";

import { until } from "../support/private-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

test.each([["/bin/bash"], ["/bin/dash"], ["/usr/bin/fish"]])(
  "what a process killed in the hidden exchange left in %s is ended by the next one, exactly",
  async (shell) => {
    await using session = await ShellSession.open({ shell });
    const shown = session.log().length;
    const victim = await session.home.start();
    const lost = victim
      .call("execute_command", { session_name: "s", command: "dash", wait_seconds: 20 })
      .catch(() => undefined);
    await until("it is hidden", () => /\x1b\]7711;hide;/.test(session.log().slice(shown)), 20_000);
    process.kill(victim.pid, "SIGKILL");
    await lost;
    const isIdle = async () => {
      const { fields } = await session.run("sh -c 'echo out; exit 3'");
      return fields["exit_code"] === 3 && fields["confidence"] === "exact" && fields["output"] === "out";
    };
    await until("it is exact", isIdle, 30_000);
    expect((await session.read({ view: "screen" })).fields).toMatchObject({ screen: { alternate: false } });
    expect((await session.run("exit")).fields).toMatchObject({ state: "idle", where: { depth: 0 } });
  },
  60_000,
);
