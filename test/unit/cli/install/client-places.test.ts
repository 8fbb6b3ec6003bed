import { expect, test } from "bun:test";

import { clients } from "../../../../src/cli/install/clients.ts";
import { isLastingSocket } from "../../../../src/cli/install/needed-environment.ts";

const home = "/home/user";

function placesOn(platform: string, env: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    clients.map(({ name, files }) => [name, files({ home, env, platform })[0].replace(`${home}/`, "")]),
  );
}

const everywhere = {
  "claude-code": ".claude.json",
  cursor: ".cursor/mcp.json",
  windsurf: ".config/devin/mcp_config.json",
  zed: ".config/zed/settings.json",
  cline: ".cline/data/settings/cline_mcp_settings.json",
  codex: ".codex/config.toml",
  gemini: ".gemini/settings.json",
  goose: ".config/goose/config.yaml",
  "lm-studio": ".lmstudio/mcp.json",
  continue: ".continue/mcpServers/mcp-ssh-interactive.json",
  opencode: ".config/opencode/opencode.json",
};

test("the files of the clients on Linux", () => {
  expect(placesOn("linux")).toEqual({
    ...everywhere,
    "claude-desktop": ".config/Claude/claude_desktop_config.json",
    vscode: ".config/Code/User/mcp.json",
  });
});

test("the files of the clients on macOS", () => {
  expect(placesOn("darwin")).toEqual({
    ...everywhere,
    "claude-desktop": "Library/Application Support/Claude/claude_desktop_config.json",
    vscode: "Library/Application Support/Code/User/mcp.json",
  });
});

test("the variables that move a client's files are minded, and empty ones are not", () => {
  const moved = {
    XDG_CONFIG_HOME: "/c",
    CODEX_HOME: "/x",
    CLAUDE_CONFIG_DIR: "/a",
    CLINE_DIR: "",
    LMSTUDIO_HOME: "/l",
  };
  expect(placesOn("linux", moved)).toMatchObject({
    zed: "/c/zed/settings.json",
    vscode: "/c/Code/User/mcp.json",
    codex: "/x/config.toml",
    "claude-code": "/a/.claude.json",
    cline: ".cline/data/settings/cline_mcp_settings.json",
    "lm-studio": "/l/mcp.json",
  });
});

test.each([
  ["/run/user/1000/keyring/ssh", true],
  ["/run/user/1000/gcr/ssh", true],
  ["/run/user/1000/ssh-agent.socket", true],
  ["/home/user/.1password/agent.sock", true],
  ["/home/user/.gnupg/S.gpg-agent.ssh", true],
  ["/tmp/ssh-AbCdEf123/agent.4711", false],
  ["/private/tmp/com.apple.launchd.AbC/Listeners", false],
  ["/home/user/.ssh/agent/s.AbC.agent.DeF", false],
  ["/run/user/1000/vscode-ssh-auth-sock-123", false],
  ["/run/user/1000/ssh-AbC/agent.17", false],
])("an agent at %s is taken to listen there in the next login too: %p", (socket, lasting) => {
  expect(isLastingSocket(socket, "/home/user")).toBe(lasting);
});
