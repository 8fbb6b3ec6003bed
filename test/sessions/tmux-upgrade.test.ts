import { expect, test } from "bun:test";

import { runBinary } from "../binary/run-binary.ts";
import { runDoctor, faultsOf } from "../support/doctor-run.ts";
import { OtherTmux } from "../support/other-tmux.ts";
import { ShellSession } from "../support/shell-session.ts";

test("after an upgrade of tmux under open sessions every way in says so, and what to do, and the sessions go on", async () => {
  await using session = await ShellSession.open();
  using other = new OtherTmux("is thrown out");
  const env = { ...session.home.env, PATH: `${other.folder}:${session.home.env["PATH"]}` };
  const pid = session.home.tmux("display-message", "-p", "#{pid}").trim();
  const upgraded = await session.home.start({ env });
  const said =
    /was started by tmux \S+ and cannot talk to \S+, which is 3\.9: .+\. Its sessions go on running/;
  const calls = [
    ["list_connections", {}],
    ["open_connection", { connection_config_name: "lo", session_name: "t" }],
    ["execute_command", { session_name: "s", command: "true" }],
  ] as const;
  for (const [tool, args] of calls) {
    const { code, text } = await upgraded.call(tool, args);
    expect(code).toBe("TMUX_UNAVAILABLE");
    expect(text).toMatch(said);
    expect(text).toMatch(new RegExp(`To end them all: kill (\\d+ )*${pid}\\b`));
  }
  const status = await runBinary(["status"], { env });
  expect(status.exitCode).toBe(4);
  expect(status.stderr).toMatch(said);
  const [fault] = faultsOf(await runDoctor(env), "tmux-server");
  expect(fault).toMatchObject({ verdict: "fail", fact: expect.stringMatching(said) });
  expect(fault?.fix).toMatch(new RegExp(`kill (\\d+ )*${pid}\\b.*ends all sessions`));
  expect((await session.run("echo still here")).fields).toMatchObject({ output: "still here", exit_code: 0 });
}, 30_000);
