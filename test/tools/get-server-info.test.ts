import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { McpHome, type McpServer } from "../support/mcp-server.ts";

let home: McpHome;
let server: McpServer;

beforeAll(async () => {
  home = new McpHome();
  const { tempHome } = home;
  const info = (name: string, text: string) => tempHome.write(`.mcp-ssh-interactive/info/${name}`, text);
  info("notes.md", "# web\nthe password is opensesame-77\n");
  info("long.md", `${"a line of notes\n".repeat(20_000)}`);
  mkdirSync(join(home.root, "info/folder.md"));
  symlinkSync(tempHome.write("secret.md", "outside"), join(home.root, "info/link.md"));
  Bun.spawnSync(["mkfifo", join(home.root, "info/pipe.md")]);
  const files = ["notes", "long", "folder", "link", "pipe", "gone"];
  const entries = files.map((name) => `  ${name}: {host: h, user: u, info_file: ${name}.md}\n`);
  home.writeConnections(
    ...entries,
    "  bare: {host: h, user: u}\n",
    "  outside: {host: h, user: u, info_file: ../config.yml}\n",
    "  elsewhere: {host: h, user: u, info_file: ~/secret.md}\n",
    "  keeper: {host: h, user: u, password: opensesame-77}\n",
  );
  server = await home.start();
});

afterAll(() => home[Symbol.asyncDispose]());

const infoOf = (name: string) => server.call("get_server_info", { connection_config_name: name });

test("the notes are given whole, with the secrets of the configuration masked", async () => {
  const { fields, text } = await infoOf("notes");
  expect(fields).toMatchObject({
    success: true,
    connection_config_name: "notes",
    info_file: join(home.root, "info/notes.md"),
    truncated: false,
    info_content: "# web\nthe password is •••\n",
  });
  expect(text + JSON.stringify(fields)).not.toContain("opensesame");
});

test("notes over 256 KiB are cut at a line's end and say so", async () => {
  const { fields } = await infoOf("long");
  expect(fields["truncated"]).toBe(true);
  expect(String(fields["info_content"])).toEndWith("notes\n");
});

test("a path outside info/ that is written as such is read", async () => {
  expect((await infoOf("elsewhere")).fields).toMatchObject({ info_content: "outside" });
});

test.each([
  ["bare", "INFO_NOT_CONFIGURED"],
  ["gone", "INFO_FILE_NOT_FOUND"],
  ["folder", "INFO_FILE_REFUSED"],
  ["link", "INFO_FILE_REFUSED"],
  ["pipe", "INFO_FILE_REFUSED"],
  ["nobody", "CONFIG_NOT_FOUND"],
])("%s is %s", async (name, code) => {
  expect((await infoOf(name)).code).toBe(code);
});

test("a relative path that leaves info/ gives nothing away", async () => {
  const { isError, text } = await infoOf("outside");
  expect(isError).toBe(true);
  expect(text).not.toContain("opensesame");
});
