import { afterEach, beforeEach, expect, test } from "bun:test";

import { binary } from "../../binary/binary.ts";
import { faultsOf, paste, runDoctor } from "../../support/doctor-run.ts";
import { McpHome } from "../../support/mcp-server.ts";

let home: McpHome;
beforeEach(() => {
  home = new McpHome();
  home.tempHome.writeConfig("connections:\n  web: {host: web, use_agent: false}\n");
});
afterEach(() => home[Symbol.asyncDispose]());

function writeCursor(text: string): void {
  home.tempHome.write(".cursor/mcp.json", text);
}

const entry = (command: string, ...args: readonly string[]) =>
  JSON.stringify({ mcpServers: { "mcp-ssh-interactive": { command, args } } });

/** Runs the fix with the executable under test, which is in a temporary folder. */
function follow(fix: string | undefined): void {
  paste(`${fix?.replace(/^mcp-ssh-interactive/, binary)} --yes --force`, home.env);
}

test("a machine without any MCP client is told how to register by hand", async () => {
  expect(faultsOf(await runDoctor(home.env), "clients")).toMatchObject([
    {
      verdict: "warn",
      fact: expect.stringContaining("no MCP client was found"),
      fix: "mcp-ssh-interactive install --print",
    },
  ]);
});

test.each([
  [
    "a client that does not know the server",
    "{}",
    "warn",
    "no MCP client has this server registered; found: Cursor",
  ],
  [
    "a client that starts what is not there",
    entry("/nonexistent/server"),
    "fail",
    "/nonexistent/server, which is not there",
  ],
  ["a client that starts another program", entry("/bin/true"), "warn", "starts another program: /bin/true"],
  [
    "a client that has the server with other settings",
    entry(binary, "validate"),
    "warn",
    "with other settings",
  ],
] as const)("%s is told, and install mends it", async (_, text, verdict, words) => {
  writeCursor(text);
  const [fault] = faultsOf(await runDoctor(home.env), "clients");
  expect(fault).toMatchObject({ verdict, fact: expect.stringContaining(words) });
  follow(fault?.fix);
  const after = await runDoctor(home.env);
  expect(after.checks.filter(({ name }) => name === "clients")).toMatchObject([
    { verdict: "ok", fact: expect.stringMatching(/^Cursor \(.*\) starts this program$/) },
  ]);
});

test("a client's file that is broken is told with the line", async () => {
  writeCursor('{\n  "mcpServers": {,\n}\n');
  expect(faultsOf(await runDoctor(home.env), "clients")).toMatchObject([
    {
      verdict: "fail",
      fact: expect.stringContaining("is broken at line 2"),
      fix: expect.stringContaining("line 2"),
    },
  ]);
});
