import { expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { McpHome } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";
import { TerminalRun } from "../support/terminal-run.ts";

const trustLo = ["trust", "lo"];

test("a shell of the program that started a server is no human's, also behind a terminal of its own making", async () => {
  await using home = openHome();
  await using _ = await home.start();
  await using direct = new TerminalRun(trustLo, home.env);
  expect(await direct.ended()).toBe(1);
  expect(direct.output).toContain("also started a server for an agent");
  const words = ["script", "-qec", `${binary} trust lo`, "/dev/null"];
  await using wrapped = new TerminalRun([], home.env, words);
  expect(await wrapped.ended()).toBe(1);
  expect(wrapped.output).toContain("also started a server for an agent");
});

test("a terminal beside the one in which an agent's client runs is a human's", async () => {
  await using home = openHome();
  // A client in a window of its own: its shell leads that terminal.
  const client = `"$1" < "$2" & wait`;
  const fifo = join(home.root, "input");
  Bun.spawnSync(["mkfifo", fifo]);
  await using window = new TerminalRun([], home.env, [
    "sh",
    "-c",
    `exec 3<>"$2"; ${client}`,
    "sh",
    binary,
    fifo,
  ]);
  await until("the server's note", () => servers(home).length === 1, 20_000);
  await using run = new TerminalRun(trustLo, home.env);
  await run.shows(/refused the connection/);
  expect(servers(home)).toHaveLength(1);
  window.child.kill();
});

test("the note of a server that was killed counts for nothing and is removed", async () => {
  await using home = openHome();
  const server = await home.start();
  process.kill(server.pid, "SIGKILL");
  await until("the server's end", () => server.transport.pid === null, 20_000);
  writeFileSync(join(home.root, "locks", `serving.${process.pid}`), "not when we began\n");
  expect(servers(home)).toHaveLength(2);
  await using run = new TerminalRun(trustLo, home.env);
  await run.shows(/refused the connection/);
  expect(servers(home)).toEqual([]);
});

test("a server that ends takes its note away", async () => {
  await using home = openHome();
  const server = await home.start();
  expect(servers(home)).toEqual([`serving.${server.pid}`]);
  await server[Symbol.asyncDispose]();
  await until("the note's end", () => servers(home).length === 0, 20_000);
});

/** Nothing listens on port 1: the commands get that far only where a human is believed to be. */
function openHome(): McpHome {
  const home = new McpHome();
  home.writeConnections("  lo: {host: 127.0.0.1, port: 1, user: me}\n");
  return home;
}

function servers(home: McpHome): string[] {
  const locks = join(home.root, "locks");
  return existsSync(locks) ? readdirSync(locks).filter((name) => name.startsWith("serving.")) : [];
}
