/** The table that layers.test.ts checks: what each folder of src/ may import, and which packages have owners. */
export type Architecture = {
  /** Folder of src/, or the one file beside them → the folders that it may import besides itself. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** Folders that compute only: the node: and bun modules and globals that they may use are these. */
  readonly pure: readonly string[];
  readonly pureModules: readonly string[];
  /** Package → the paths under src/ that may import it. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Files outside src/ that are read at build time → who may import them. */
  readonly outside: Readonly<Record<string, readonly string[]>>;
};

export const architecture: Architecture = {
  layers: {
    "main.ts": ["cli"],
    cli: ["server", "sessions", "policy", "tmux", "ssh", "config", "state", "platform", "base"],
    server: ["sessions", "policy", "platform", "base"],
    sessions: ["policy", "tmux", "ssh", "shell-integration", "screen", "state", "platform", "base"],
    policy: ["platform", "base"],
    tmux: ["platform", "base"],
    ssh: ["platform", "base"],
    "shell-integration": ["base"],
    screen: ["base"],
    config: ["platform", "base"],
    state: ["platform", "base"],
    platform: ["base"],
    base: [],
  },
  pure: ["base", "screen", "shell-integration"],
  pureModules: ["node:assert", "node:buffer", "node:crypto", "node:path", "node:string_decoder", "node:util"],
  packages: {
    "@modelcontextprotocol/sdk": ["server/"],
    yaml: ["config/", "cli/install/"],
    "jsonc-parser": ["cli/install/"],
    "smol-toml": ["cli/install/"],
    "@clack/prompts": ["cli/init/"],
    picocolors: ["cli/"],
    re2js: ["sessions/", "policy/"],
    unbash: ["policy/"],
    zod: ["server/", "config/", "state/", "policy/"],
  },
  outside: { "package.json": ["main.ts", "cli/"] },
};
