import { join } from "node:path";

import {
  applicationFolder,
  claudeCodeFolder,
  clineFolders,
  codexFolder,
  configFolder,
  lmStudioFolder,
  zedFolder,
} from "./client-folders.ts";
import type { Client } from "./client.ts";
import { serverName, type EntryShape, type ServerEntry } from "./server-entry.ts";

const plain: EntryShape = { program: "command", args: "args", env: "env" };
const stdio: EntryShape = { ...plain, initial: { type: "stdio" } };

const clineFile = "cline_mcp_settings.json";

/** Where each client keeps its servers, and in which words; each row says what was read, and when. */
export const clients: readonly Client[] = [
  // 2026-11-22: guides of 2026 to claude_desktop_config.json; the folder is Electron's for an app named Claude.
  {
    name: "claude-desktop",
    title: "Claude Desktop",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: (place) => [join(applicationFolder(place), "Claude", "claude_desktop_config.json")],
    signs: (place) => [join(applicationFolder(place), "Claude")],
    startedFrom: "desktop",
  },
  // 2026-11-22: Claude Code's pages on MCP: the user scope is mcpServers of ~/.claude.json; all options before the name.
  {
    name: "claude-code",
    title: "Claude Code",
    format: "json",
    servers: "mcpServers",
    shape: stdio,
    files: (place) => [join(claudeCodeFolder(place) ?? place.home, ".claude.json")],
    signs: (place) => [
      join(place.home, ".claude.json"),
      claudeCodeFolder(place) ?? join(place.home, ".claude"),
    ],
    startedFrom: "terminal",
    own: {
      name: "claude",
      // --env takes all words up to the next option.
      add: (entry) =>
        ["mcp", "add", ...pairs("--env", entry), "--scope", "user", serverName, "--"].concat(wordsOf(entry)),
      remove: ["mcp", "remove", "--scope", "user", serverName],
      variables: ["CLAUDE_CONFIG_DIR"],
    },
  },
  // 2026-11-22: cursor.com/docs/mcp as quoted by guides of October 2026: ~/.cursor/mcp.json, read by its CLI too.
  {
    name: "cursor",
    title: "Cursor",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: ({ home }) => [join(home, ".cursor", "mcp.json")],
    signs: ({ home }) => [join(home, ".cursor")],
    startedFrom: "desktop",
  },
  // 2026-11-22: microsoft/vscode mcpManagementCli.ts (--add-mcp), code.visualstudio.com: mcp.json of the user profile.
  {
    name: "vscode",
    title: "VS Code",
    format: "json",
    servers: "servers",
    shape: stdio,
    files: (place) => [join(applicationFolder(place), "Code", "User", "mcp.json")],
    signs: (place) => [join(applicationFolder(place), "Code", "User")],
    startedFrom: "desktop",
    own: {
      name: "code",
      add: ({ program, args, env }) => [
        "--add-mcp",
        JSON.stringify({ name: serverName, type: "stdio", command: program, args, env }),
      ],
      variables: [],
    },
  },
  // 2026-11-22: docs.browserless.io, docs.sevalla.com: Devin Desktop since June 2026, and its file; Windsurf's before.
  {
    name: "windsurf",
    title: "Windsurf",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: (place) => [
      join(place.home, ".config", "devin", "mcp_config.json"),
      join(place.home, ".codeium", "windsurf", "mcp_config.json"),
    ],
    signs: ({ home }) => [join(home, ".config", "devin"), join(home, ".codeium", "windsurf")],
    startedFrom: "desktop",
  },
  // 2026-11-22: zed-industries/zed docs/src/ai/mcp.md; `source` is no longer needed, an old `command` map is refused.
  {
    name: "zed",
    title: "Zed",
    format: "json",
    servers: "context_servers",
    shape: plain,
    files: (place) => [join(zedFolder(place), "settings.json")],
    signs: (place) => [zedFolder(place)],
    startedFrom: "desktop",
  },
  // 2026-11-22: docs.cline.bot, configuration: ~/.cline for editor, CLI and SDK; before, the storage of VS Code.
  {
    name: "cline",
    title: "Cline",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: (place) => {
      const [folder, old] = clineFolders(place);
      return [join(folder, "settings", clineFile), join(old, "settings", clineFile)];
    },
    signs: clineFolders,
    startedFrom: "desktop",
  },
  // 2026-11-22: openai/codex codex-rs/cli/src/mcp_cmd.rs, rmcp-client/src/utils.rs: hands on a short list of variables.
  {
    name: "codex",
    title: "Codex CLI",
    format: "toml",
    servers: "mcp_servers",
    shape: { ...plain, passedOn: { key: "env_vars", names: ["SSH_AUTH_SOCK"] } },
    files: (place) => [join(codexFolder(place), "config.toml")],
    signs: (place) => [codexFolder(place)],
    startedFrom: "terminal",
    own: {
      name: "codex",
      add: (entry) => ["mcp", "add", serverName, ...pairs("--env", entry), "--", ...wordsOf(entry)],
      remove: ["mcp", "remove", serverName],
      variables: ["CODEX_HOME"],
    },
  },
  // 2026-11-22: google-gemini/gemini-cli commands/mcp/add.ts, environmentSanitization.ts: drops variables named AUTH.
  {
    name: "gemini",
    title: "Gemini CLI",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: ({ home }) => [join(home, ".gemini", "settings.json")],
    signs: ({ home }) => [join(home, ".gemini", "settings.json")],
    startedFrom: "terminal",
    agentReference: "$SSH_AUTH_SOCK",
    own: {
      name: "gemini",
      add: (entry) => ["mcp", "add", "--scope", "user", ...pairs("-e", entry), serverName, ...wordsOf(entry)],
      remove: ["mcp", "remove", "--scope", "user", serverName],
      variables: [],
    },
  },
  // 2026-11-22: block/goose documentation/docs/guides/config-files.md; the same folder on macOS.
  {
    name: "goose",
    title: "Goose",
    format: "yaml",
    servers: "extensions",
    shape: {
      program: "cmd",
      args: "args",
      env: "envs",
      initial: {
        enabled: true,
        type: "stdio",
        name: serverName,
        description: "Real interactive SSH sessions",
        timeout: 300,
      },
    },
    files: (place) => [join(configFolder(place), "goose", "config.yaml")],
    signs: (place) => [join(configFolder(place), "goose")],
    startedFrom: "desktop",
  },
  // 2026-11-22: lmstudio-ai/lmstudio-js findLMStudioHome.ts, lmstudio.ai/docs/app/mcp: Cursor's notation.
  {
    name: "lm-studio",
    title: "LM Studio",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: (place) => [join(lmStudioFolder(place), "mcp.json")],
    signs: (place) => [lmStudioFolder(place)],
    startedFrom: "desktop",
  },
  // 2026-11-22: continuedev/continue loadJsonMcpConfigs.ts: every JSON file of ~/.continue/mcpServers; so one of ours.
  {
    name: "continue",
    title: "Continue",
    format: "json",
    servers: "mcpServers",
    shape: plain,
    files: ({ home }) => [join(home, ".continue", "mcpServers", `${serverName}.json`)],
    signs: ({ home }) => [join(home, ".continue")],
    startedFrom: "desktop",
  },
  // 2026-11-22: anomalyco/opencode config.ts, opencode.ai/docs/config: both names are read and merged.
  {
    name: "opencode",
    title: "OpenCode",
    format: "json",
    servers: "mcp",
    shape: { program: "command", env: "environment", initial: { type: "local", enabled: true } },
    files: (place) => [
      join(configFolder(place), "opencode", "opencode.json"),
      join(configFolder(place), "opencode", "opencode.jsonc"),
    ],
    signs: (place) => [join(configFolder(place), "opencode")],
    startedFrom: "terminal",
  },
];

function wordsOf({ program, args }: ServerEntry): string[] {
  return [program, ...args];
}

function pairs(flag: string, { env }: ServerEntry): string[] {
  return Object.entries(env).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
