/** Which part of a tool's result a client hands to its model when it gets both. */
export type ShownForm = "structured" | "text" | "both";

/**
 * By `clientInfo.name`, each with what shows it (read 2026-11). Only `both` changes a result of ours: its terminal tools
 * answer in text alone. What is not here, as Cursor and Windsurf, gets both forms, each complete.
 */
export const shownForms: Readonly<Record<string, { readonly form: ShownForm; readonly evidence: string }>> = {
  "codex-mcp-client": {
    form: "structured",
    evidence: "openai/codex 152e7ca, codex-rs/protocol/src/models.rs: as_function_call_output_payload",
  },
  "claude-code": {
    form: "structured",
    evidence: "anthropics/claude-code#79944, 2026-09-22 (2.1.280); of an error the text, #86032, 2026-09-04",
  },
  "Visual Studio Code": {
    form: "structured",
    evidence: "microsoft/vscode 027907c, contrib/mcp/common/mcpLanguageModelToolContribution.ts: invoke",
  },
  "gemini-cli-mcp-client": {
    form: "text",
    evidence:
      "google-gemini/gemini-cli 5411f11, 2026-08-21, core/src/tools/mcp-tool.ts: transformMcpContentToParts",
  },
  Zed: {
    form: "text",
    evidence: "zed-industries/zed 0040008, crates/agent/src/tools/context_server_registry.rs: run",
  },
  goose: { form: "text", evidence: "aaif-goose/goose#10125, 2026-06-30" },
  opencode: { form: "text", evidence: "anomalyco/opencode#34505, merged 2026-06-29; #38923, 2026-07-26" },
  "continue-client": {
    form: "text",
    evidence: "continuedev/continue d0a3c0b, 2026-06-18, core/tools/callTool.ts",
  },
  "continue-cli-client": {
    form: "text",
    evidence: "continuedev/continue d0a3c0b, 2026-06-18, extensions/cli/src/tools/index.tsx",
  },
  Cline: {
    form: "both",
    evidence: "cline/cline 21cb8d2, 2026-08-22, apps/vscode/src/services/mcp/McpHub.ts: callTool, whole",
  },
  "@cline/core": {
    form: "both",
    evidence:
      "cline/cline 21cb8d2, 2026-08-22, sdk/packages/core/src/extensions/mcp/tools.ts: execute, whole",
  },
  "github-copilot-developer": { form: "both", evidence: "github/copilot-cli#4515, 2026-08-17" },
};

/** Whether `settings.results` makes the terminal tools of this client answer in text alone. */
export function isTextOnly(results: "auto" | "both" | "text" | undefined, clientName: string): boolean {
  if (results === "text") return true;
  if (results === "both") return false;
  return Object.hasOwn(shownForms, clientName) && shownForms[clientName]?.form === "both";
}
