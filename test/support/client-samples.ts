import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file as its client or its user wrote it: where it stands below a home folder on Linux, and its text. */
export type ClientSample = {
  readonly client: string;
  readonly path: string;
  readonly text: string;
  readonly format: "json" | "toml" | "yaml";
  readonly servers: string;
};

/** One for each client that keeps its servers in a file with other things. */
export const clientSamples: readonly ClientSample[] = [
  sample("claude-desktop.json", ".config/Claude/claude_desktop_config.json"),
  sample("claude-code.json", ".claude.json"),
  sample("cursor.json", ".cursor/mcp.json"),
  sample("vscode.json", ".config/Code/User/mcp.json", "servers"),
  sample("windsurf.json", ".codeium/windsurf/mcp_config.json"),
  sample("zed.json", ".config/zed/settings.json", "context_servers"),
  sample("cline.json", ".cline/data/settings/cline_mcp_settings.json"),
  sample("codex.toml", ".codex/config.toml", "mcp_servers"),
  sample("gemini.json", ".gemini/settings.json"),
  sample("goose.yaml", ".config/goose/config.yaml", "extensions"),
  sample("lm-studio.json", ".lmstudio/mcp.json"),
  sample("opencode.jsonc", ".config/opencode/opencode.jsonc", "mcp"),
];

function sample(file: string, path: string, servers = "mcpServers"): ClientSample {
  const [client = "", ending] = file.split(".");
  const format = ending === "toml" || ending === "yaml" ? ending : "json";
  const text = readFileSync(join(import.meta.dir, "../fixtures/clients", file), "utf8");
  return { client, path, text, format, servers };
}
