import { afterAll, beforeAll, expect, test } from "bun:test";
import { join, resolve } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { noTraces, readState, tracesOf } from "../support/traces.ts";

const holderScript = resolve(import.meta.dir, "../support/lock-holder.ts");

let sshd: LoopbackSshd;

beforeAll(async () => {
  // What sshd does when nobody configures it.
  sshd = await startLoopbackSshd({ config: ["MaxStartups 10:30:100"] });
});

afterAll(() => sshd[Symbol.asyncDispose]());

function freshHome(): McpHome {
  const home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  return home;
}

const open = (server: McpServer, session: string) =>
  server.call("open_connection", {
    connection_config_name: "lo",
    session_name: session,
    timeout_seconds: 60,
  });

const namesOf = async (server: McpServer): Promise<string[]> => {
  const { sessions } = (await server.call("list_connections")).fields;
  return (Array.isArray(sessions) ? sessions : []).map(({ session_name }) => String(session_name)).toSorted();
};

test("two servers started together, each opening ten sessions, lose none", async () => {
  await using home = freshHome();
  const servers = await Promise.all([home.start(), home.start()]);
  const names = servers.flatMap((_, at) => Array.from({ length: 10 }, (__, index) => `p${at}-${index}`));
  const results = await Promise.all(
    servers.flatMap((server, at) =>
      names.filter((name) => name.startsWith(`p${at}`)).map((name) => open(server, name)),
    ),
  );
  expect(results.map(({ code, fields }) => code ?? fields["state"])).toEqual(names.map(() => "idle"));
  expect(Object.keys(readState(home)).toSorted()).toEqual(names.toSorted());
  for (const server of servers) {
    expect(await namesOf(server)).toEqual(names.toSorted());
    for (const name of ["p0-3", "p1-7"]) {
      const command = { session_name: name, command: `echo ${name} $((40+2))`, wait_seconds: 10 };
      expect((await server.call("execute_command", command)).fields).toMatchObject({ output: `${name} 42` });
    }
  }
  const [, second] = servers;
  await Promise.all(names.map((name) => second?.call("close_connection", { session_name: name })));
  expect(await tracesOf(home)).toEqual(noTraces);
}, 60_000);

test("all processes together open at most eight sessions on one host at once", async () => {
  // Once one has ended, a new one may be told to this listener before that.
  let connected = 0;
  let hasEnded = false;
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data() {},
      open: () => void (connected += hasEnded ? 0 : 1),
      close: () => void (hasEnded = true),
    },
  });
  await using home = new McpHome();
  home.writeConnections(`  silent: {host: 127.0.0.1, user: u, port: ${listener.port}}\n`);
  const servers = await Promise.all([home.start(), home.start()]);
  const results = await Promise.all(
    servers.flatMap((server, at) =>
      [1, 2, 3, 4, 5, 6].map((index) =>
        server.call("open_connection", {
          connection_config_name: "silent",
          session_name: `p${at}-${index}`,
          timeout_seconds: 5,
        }),
      ),
    ),
  );
  expect(results.map(({ code }) => code)).toEqual(results.map(() => "CONNECTION_TIMEOUT"));
  expect(connected).toBe(8);
  expect(await tracesOf(home)).toEqual(noTraces);
});

test("a session that another process opened or closed is so for all", async () => {
  await using home = freshHome();
  const [first, second] = [await home.start(), await home.start()];
  await open(first, "shared");
  expect((await open(second, "shared")).code).toBe("SESSION_EXISTS");
  await second.call("close_connection", { session_name: "shared" });
  expect(await namesOf(first)).toEqual([]);
  const command = { session_name: "shared", command: "true" };
  expect((await first.call("execute_command", command)).code).toBe("SESSION_NOT_FOUND");
  await open(second, "shared");
  expect((await first.call("execute_command", { ...command, wait_seconds: 10 })).fields).toMatchObject({
    ended_by: "command_ended",
  });
});

test("sessions outlive the process that opened them", async () => {
  await using home = freshHome();
  const first = await home.start();
  const { fields } = await open(first, "lasting");
  await first.call("execute_command", { session_name: "lasting", command: "kept=42", wait_seconds: 10 });
  await first[Symbol.asyncDispose]();
  const second = await home.start();
  expect(await namesOf(second)).toEqual(["lasting"]);
  const command = { session_name: "lasting", command: "echo $kept", wait_seconds: 10 };
  expect((await second.call("execute_command", command)).fields).toMatchObject({ output: "42" });
  const since = { session_name: "lasting", cursor: fields["cursor"] };
  expect((await second.call("get_terminal_output", since)).fields["output"]).toContain("42");
});

test("a stopped process keeps no other from working; what waits for its lock says who holds it", async () => {
  await using home = freshHome();
  const server = await home.start();
  await open(server, "mine");
  const lock = join(home.root, "locks/state");
  const holder = Bun.spawn([process.execPath, holderScript, lock], { stdin: "pipe", stdout: "pipe" });
  try {
    await holder.stdout.getReader().read();
    process.kill(holder.pid, "SIGSTOP");
    const startedAt = performance.now();
    const { code, text } = await open(server, "late");
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(code).toBe("STORAGE_FAILED");
    expect(text).toContain(`process ${holder.pid}`);
    const command = { session_name: "mine", command: "echo on", wait_seconds: 10 };
    expect((await server.call("execute_command", command)).fields).toMatchObject({ output: "on" });
    expect(await namesOf(server)).toEqual(["mine"]);
  } finally {
    holder.kill("SIGKILL");
    await holder.exited;
  }
  await until("the lock is free", async () => (await tracesOf(home)).heldLocks.length === 0, 10_000);
  expect((await open(server, "late")).isError).toBe(false);
}, 40_000);

test("a tmux server that was started while locks were held does not keep them", async () => {
  await using home = freshHome();
  const server = await home.start();
  const opened = open(server, "first");
  await until(
    "the lock of the open is held",
    async () => {
      try {
        return (await tracesOf(home)).heldLocks.includes("first.open");
      } catch {
        return false;
      }
    },
    10_000,
  );
  expect((await opened).isError).toBe(false);
  await server[Symbol.asyncDispose]();
  expect((await tracesOf(home)).heldLocks).toEqual([]);
});
