import { expect, test } from "bun:test";

import { binary } from "../../binary/binary.ts";
import { ClientHome } from "../../support/client-home.ts";

const install = ["install", "--force", "--yes"];

/** Stands in for the client's program: notes its arguments, and writes its list as the real one of November 2026 does. */
const claude = `printf '%s\\n' "$@" > "$HOME/words"
printf '{"mcpServers": {"mcp-ssh-interactive": {"type": "stdio", "command": "%s", "args": [], "env": {}}}}' "${binary}" > "$HOME/.claude.json"`;
const codex = `printf '%s\\n' "$@" > "$HOME/words"
sed -i 's/ *#.*//' "$HOME/.codex/config.toml"
printf '[mcp_servers.mcp-ssh-interactive]\\ncommand = "%s"\\n' "${binary}" >> "$HOME/.codex/config.toml"`;

test("a new entry is added by the client's own program where there is one", async () => {
  await using home = new ClientHome();
  home.program("claude", claude);
  home.write(".claude.json", '{"numStartups": 1}');
  const { exitCode, stdout } = await home.run(...install, "--home", home.path("tree"), "claude-code");
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`, by\n  ${home.path("bin/claude")} mcp add --env `);
  const tree = `MCP_SSH_INTERACTIVE_HOME=${home.path("tree")}`;
  expect(home.read("words").trim().replaceAll("\n", " ")).toBe(
    `mcp add --env ${tree} --scope user mcp-ssh-interactive -- ${binary}`,
  );
  expect(home.backups(".claude.json").map((backup) => home.read(backup))).toEqual(['{"numStartups": 1}']);
});

test("what the client's own program cannot say, and the comments that it loses, are made good", async () => {
  await using home = new ClientHome();
  home.program("codex", codex);
  home.write(".codex/config.toml", "# mine\nmodel = 'x' # kept\n");
  expect(await home.run(...install, "codex")).toMatchObject({ exitCode: 0 });
  expect(home.read(".codex/config.toml")).toBe(
    `# mine\nmodel = 'x' # kept\n\n[mcp_servers.mcp-ssh-interactive]\ncommand = "${binary}"\nargs = []\nenv_vars = ["SSH_AUTH_SOCK"]\n`,
  );
  expect((await home.report("install", "--force", "codex")).clients).toMatchObject([
    { registration: "good" },
  ]);
});

test("what the client's own program changes beside our entry stays", async () => {
  await using home = new ClientHome();
  home.program("codex", `${codex}\nsed -i "1i version = 2" "$HOME/.codex/config.toml"`);
  home.write(".codex/config.toml", "model = 'x'\n\n");
  expect(await home.run(...install, "codex")).toMatchObject({ exitCode: 0 });
  expect(home.read(".codex/config.toml")).toBe(
    `version = 2\nmodel = 'x'\n\n[mcp_servers.mcp-ssh-interactive]\ncommand = "${binary}"\nenv_vars = ["SSH_AUTH_SOCK"]\n`,
  );
});

test("a standing entry is changed in the file, since the program would drop what else is set there", async () => {
  await using home = new ClientHome();
  home.program("claude", claude);
  const standing = { type: "stdio", command: "/gone/server", args: [], timeout: 5 };
  home.write(".claude.json", JSON.stringify({ mcpServers: { "mcp-ssh-interactive": standing } }));
  expect(await home.run(...install, "claude-code")).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(home.read(".claude.json"))).toEqual({
    mcpServers: { "mcp-ssh-interactive": { ...standing, command: binary } },
  });
});

test("where the client's own program refuses, its words are told and the file is left alone", async () => {
  await using home = new ClientHome();
  home.program("gemini", "echo 'Loading' >&2; echo 'not allowed by your organisation' >&2; exit 3");
  home.write(".gemini/settings.json", "{}");
  const { exitCode, stdout } = await home.run(...install, "gemini");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("gemini add failed: not allowed by your organisation\n");
  expect(stdout).toContain("mcp-ssh-interactive install --print gemini");
  expect(home.read(".gemini/settings.json")).toBe("{}");
});

test("a program that claims success and writes nothing is made good by an edit", async () => {
  await using home = new ClientHome();
  home.program("code", 'printf "%s\\n" "$@" > "$HOME/words"');
  home.write(".config/Code/User/mcp.json", "{\n}\n");
  expect(await home.run(...install, "vscode")).toMatchObject({ exitCode: 0 });
  const [flag, json] = home.read("words").trim().split("\n");
  expect(flag).toBe("--add-mcp");
  expect(JSON.parse(json ?? "")).toMatchObject({
    name: "mcp-ssh-interactive",
    type: "stdio",
    command: binary,
  });
  expect(JSON.parse(home.read(".config/Code/User/mcp.json"))).toHaveProperty([
    "servers",
    "mcp-ssh-interactive",
  ]);
});

test("uninstall asks the client's own program too", async () => {
  await using home = new ClientHome();
  home.program("codex", 'printf "%s\\n" "$@" > "$HOME/words"; : > "$HOME/.codex/config.toml"');
  home.write(".codex/config.toml", `[mcp_servers.mcp-ssh-interactive]\ncommand = "${binary}"\n`);
  expect(await home.run("uninstall", "--yes")).toMatchObject({ exitCode: 0 });
  expect(home.read("words")).toBe("mcp\nremove\nmcp-ssh-interactive\n");
  expect(home.backups(".codex/config.toml")).toHaveLength(1);
});
