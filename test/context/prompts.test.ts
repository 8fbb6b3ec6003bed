import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PromptListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { until } from "../support/private-tmux.ts";

setDefaultTimeout(60_000);

const notes = `# Lo

## Restart Application

1. drain it
2. \`systemctl restart app\`

\`\`\`sh
# not a heading
true
\`\`\`

### If it fails

Call somebody.

## Empty

## Restart Application

The other one.
`;

let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let folders: string;

beforeAll(async () => {
  sshd = await startLoopbackSshd();
  home = new McpHome();
  home.writeConnections(
    McpHome.connection("lo", sshd, ["info_file: lo.md"]),
    McpHome.connection("never", sshd, ["shell_integration: never"]),
  );
  writeFileSync(join(home.root, "info/lo.md"), notes, { mode: 0o600 });
  server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo", session_name: "web" });
  folders = join(home.tempHome.home, "place");
  for (const name of ["alpha", "alps", "beta", ".hidden"])
    mkdirSync(join(folders, name), { recursive: true });
  writeFileSync(join(folders, "album"), "a file");
  symlinkSync("beta", join(folders, "alias"));
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function wordsOf(name: string, args: Record<string, string> = {}): Promise<string> {
  const { messages } = await server.client.getPrompt({ name, arguments: args });
  const [message] = messages;
  if (messages.length !== 1 || message?.content.type !== "text") throw new Error("not one text");
  return message.content.text;
}

async function valuesOf(
  ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string },
  argument: { name: string; value: string },
  args: Record<string, string> = {},
): Promise<readonly string[]> {
  const { completion } = await server.client.complete({ ref, argument, context: { arguments: args } });
  return completion.values;
}

test("the prompts are ours and the sections of each host's notes that have text of their own", async () => {
  const { prompts } = await server.client.listPrompts();
  expect(prompts.map(({ name, title }) => `${name}: ${title}`)).toEqual([
    "look-around: Look around a host",
    "follow-command: Follow a deployment",
    "hand-over: Hand over to a human",
    "lo.restart-application: Restart Application (lo)",
    "lo.if-it-fails: If it fails (lo)",
    "lo.restart-application-2: Restart Application (lo)",
  ]);
});

test("a section's prompt brings its procedure, the parts below it with it, between the fence", async () => {
  const words = await wordsOf("lo.restart-application");
  expect(words).toContain('on connection "lo"');
  const [, fenced] = /<<info ([A-Z0-9]{4}\n[^]*)\n[A-Z0-9]{4}>>$/.exec(words) ?? [];
  expect(fenced).toContain("2. `systemctl restart app`");
  expect(fenced).toContain("# not a heading");
  expect(fenced).toContain("### If it fails\n\nCall somebody.");
  expect(fenced).not.toContain("The other one");
  expect(await wordsOf("lo.restart-application-2")).toContain("The other one.");
});

test("our own prompts take their arguments, and refuse what is missing, unknown or no text", async () => {
  expect(await wordsOf("look-around", { connection_config_name: "lo", folder: "/srv" })).toContain('"/srv"');
  expect(await wordsOf("follow-command", { session_name: "web" })).toContain('session "web"');
  expect(await wordsOf("hand-over", { session_name: "web", reason: "a disk" })).toContain("a disk");
  const refused = async (name: string, args: Record<string, string>) =>
    wordsOf(name, args).then(
      () => "taken",
      (error) => `${error.code} ${error.message}`,
    );
  expect(await refused("look-around", {})).toContain(
    "-32602 MCP error -32602: connection_config_name is missing",
  );
  expect(await refused("hand-over", { sesion_name: "web" })).toContain("did you mean session_name?");
  expect(await refused("look-arond", {})).toContain("Unknown prompt: look-arond; did you mean look-around?");
});

test("a change of the notes is told to whoever has listed the prompts", async () => {
  let isTold = false;
  server.client.setNotificationHandler(PromptListChangedNotificationSchema, () => void (isTold = true));
  await server.client.listPrompts();
  writeFileSync(join(home.root, "info/lo.md"), notes.replace("## Empty", "## Empty no more\n\nText.\n"));
  await until("word of the notes", async () => isTold, 5_000);
  const { prompts } = await server.client.listPrompts();
  expect(prompts.map(({ name }) => name)).toContain("lo.empty-no-more");
});

test("names of connections and sessions, and ids of commands, are completed in prompts and templates", async () => {
  const run = { session_name: "web", command: "true", wait_seconds: 20 };
  const id = String((await server.call("execute_command", run)).fields["command_id"]);
  const around = { type: "ref/prompt", name: "look-around" } as const;
  expect(await valuesOf(around, { name: "connection_config_name", value: "L" })).toEqual(["lo"]);
  const info = { type: "ref/resource", uri: "ssh://configs/{name}/info" } as const;
  expect(await valuesOf(info, { name: "name", value: "" })).toEqual(["lo", "never"]);
  const screen = { type: "ref/resource", uri: "ssh://sessions/{name}/screen" } as const;
  expect(await valuesOf(screen, { name: "name", value: "w" })).toEqual(["web"]);
  const follow = { type: "ref/prompt", name: "follow-command" } as const;
  const ids = await valuesOf(follow, { name: "command_id", value: "c" }, { session_name: "web" });
  expect(ids[0]).toBe(id);
  const ledger = { type: "ref/resource", uri: "ssh://sessions/{name}/ledger{?cursor}" } as const;
  expect(await valuesOf(ledger, { name: "cursor", value: id }, { name: "web" })).toEqual([id]);
  expect(await valuesOf(follow, { name: "command_id", value: "" })).toEqual([]);
  expect(await valuesOf(follow, { name: "nothing", value: "" })).toEqual([]);
});

test("folders of a live session's host are completed, links to folders too, and leave no trace there", async () => {
  const around = { type: "ref/prompt", name: "look-around" } as const;
  const on = (value: string, connection_config_name = "lo") =>
    valuesOf(around, { name: "folder", value }, { connection_config_name });
  const history = await server.call("execute_command", {
    session_name: "web",
    command: "history | wc -l",
    wait_seconds: 20,
  });
  const before = readdirSync(folders).length;
  const mtime = statSync(folders).mtimeMs;
  expect(await on(`${folders}/al`)).toEqual([`${folders}/alias/`, `${folders}/alpha/`, `${folders}/alps/`]);
  expect(await on(`${folders}/b`)).toEqual([`${folders}/beta/`]);
  expect(await on(`${folders}/.h`)).toEqual([`${folders}/.hidden/`]);
  expect(await on(`${folders}/none/`)).toEqual([]);
  expect(await on("/", "never")).toEqual([]);
  expect([readdirSync(folders).length, statSync(folders).mtimeMs]).toEqual([before, mtime]);
  const after = await server.call("execute_command", {
    session_name: "web",
    command: "history | wc -l",
    wait_seconds: 20,
  });
  expect(Number(after.fields["output"])).toBeLessThanOrEqual(Number(history.fields["output"]) + 1);
});

test("a session that was set up without marks is asked for no folders", async () => {
  await server.call("open_connection", { connection_config_name: "never", session_name: "bare" });
  const around = { type: "ref/prompt", name: "look-around" } as const;
  const args = { connection_config_name: "never" };
  expect(await valuesOf(around, { name: "folder", value: "/" }, args)).toEqual([]);
});
