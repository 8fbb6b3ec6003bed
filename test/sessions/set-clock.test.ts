import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { clockEnv } from "../support/set-clock.ts";

setDefaultTimeout(40_000);

let sshd: LoopbackSshd;
let home: McpHome;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

const clockFile = () => join(home.tempHome.home, "clock");
const setClock = (step: string) => writeFileSync(clockFile(), step);
const go = () => join(sshd.home, "go");
const untilGo = "until [ -e go ]; do sleep 0.02; done; (exit 5)";

/** No call of this test may take so long, and a day is far beyond it. */
const aWhileMs = 120_000;

const run = (server: McpServer, command: string, wait_seconds: number) =>
  server.call("execute_command", { session_name: "s", command, wait_seconds });
const read = (server: McpServer, more: Record<string, unknown>) =>
  server.call("get_terminal_output", { session_name: "s", ...more });

const expectSane = (ms: unknown) => expect(Number(ms)).toBeWithin(0, aWhileMs);

const clocks = clockEnv("unused") === undefined ? [] : ["+1d", "-1d"];

test.each(clocks)(
  "a clock that is set by %s while a command runs: nothing ends, waits or is told by it",
  async (step) => {
    setClock("+0");
    const server = await home.start({ env: clockEnv(clockFile()) ?? {} });
    const other = await home.start();
    const opening = { connection_config_name: "lo", session_name: "s" };
    if ((await read(server, {})).code === "SESSION_NOT_FOUND")
      expect((await server.call("open_connection", opening)).fields).toMatchObject({ state: "idle" });
    const { fields: begun } = await run(server, untilGo, 0);
    const begunAtMs = performance.now();
    const id = begun["command_id"];
    const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
    const waits = server.call(
      "get_terminal_output",
      { session_name: "s", wait_seconds: 30 },
      { onprogress: () => resolve() },
    );
    await isWaiting;
    setClock(step);
    for (const each of [server, other]) {
      const { fields } = await run(each, "echo refused", 0);
      expect(fields["error"]).toMatchObject({ code: "SESSION_BUSY" });
      expectSane(JSON.parse(JSON.stringify(fields["error"])).details.running_ms);
      const running = await read(each, { command_id: id });
      expect(running.fields).toMatchObject({ state: "running" });
      expectSane(running.fields["duration_ms"]);
    }
    const ranMs = performance.now() - begunAtMs;
    writeFileSync(go(), "");
    const ended = await waits;
    expect(ended.fields).toMatchObject({ ended_by: "command_ended", exit_code: 5 });
    expect(Number(ended.fields["duration_ms"])).toBeWithin(Math.floor(ranMs) - 20, aWhileMs);
    rmSync(go());
    for (const each of [server, other])
      expectSane((await read(each, { command_id: id })).fields["duration_ms"]);
    // What the set clock and the right one have begun, seen from the other side.
    for (const [one, another] of [
      [server, other],
      [other, server],
    ] as const) {
      const { fields } = await run(one, "sleep 0.3; (exit 6)", 0);
      const seen = await read(another, { command_id: fields["command_id"], wait_seconds: 20 });
      expect(seen.fields).toMatchObject({ ended_by: "command_ended", exit_code: 6 });
      expectSane(seen.fields["duration_ms"]);
    }
    const { stdout } = await runBinary(["history", "s", "--json"], { env: home.env });
    const { commands } = JSON.parse(stdout);
    for (const { duration_ms } of commands) expectSane(duration_ms);
    const numbers = commands.map(({ command_id }: { command_id: string }) => Number(command_id.slice(1)));
    expect(numbers).toEqual(numbers.toSorted((left: number, right: number) => left - right));
  },
);
