/** What each key wants, and a line that is right; README.md's tables tell its `meaning`, and of a setting what holds without it. */
export type Guide = {
  readonly expected: string;
  readonly example: string;
  readonly meaning: string;
  readonly unset?: string;
};

const source = 'text, or one of {env: NAME}, {file: PATH}, {command: "…"}, {keychain: SERVICE}, {ask: true}';

const guides: Readonly<Record<string, Guide>> = {
  host: {
    meaning: "where to: a name, an address, or an alias of `~/.ssh/config` with all it implies",
    expected: "a host name, an address, or an alias of ~/.ssh/config",
    example: "host: 192.168.1.100",
  },
  user: {
    meaning: "the login there; not needed where ssh knows it",
    expected: "the login name on the host",
    example: "user: deploy",
  },
  port: {
    meaning: "not needed where ssh knows it",
    expected: "a whole number from 1 to 65535",
    example: "port: 22",
  },
  key_path: {
    meaning: "private key, `~` expanded, mode 600; without it your agent and ssh's own choice",
    expected: "the path of a private key",
    example: "key_path: ~/.ssh/id_ed25519",
  },
  password: {
    meaning: "of the login; without it ssh offers none; better a source than text, see below",
    expected: source,
    example: "password: {ask: true}",
  },
  passphrase: { meaning: "of its keys, the same way", expected: source, example: "passphrase: {ask: true}" },
  description: { meaning: "text for the agent", expected: "text", example: "description: My remote server" },
  info_file: {
    meaning: "your notes for the agent: without it `info/NAME.md`",
    expected: "a path relative to info/, or ~/…, or /…",
    example: "info_file: my-server.md",
  },
  use_agent: {
    meaning: "the ssh agent; on by default when there is neither `key_path` nor `password`",
    expected: "true or false",
    example: "use_agent: true",
  },
  proxy_jump: {
    meaning: "another connection's name, or `user@host:port`",
    expected: "another connection's name, or user@host:port",
    example: "proxy_jump: bastion",
  },
  ssh_options: {
    meaning: "options of ssh_config from a list of harmless ones, such as `ServerAliveInterval`",
    expected: "a map of ssh_config keywords",
    example: "ssh_options: {ServerAliveInterval: 30}",
  },
  host_key: {
    meaning:
      "`strict` (default): `known_hosts` decides; `accept-new`: a new host's key is taken; `SHA256:…`: this key alone (OpenSSH 8.5)",
    expected: "strict, accept-new, or SHA256:… of the key",
    example: "host_key: strict",
  },
  shell_integration: {
    meaning:
      "`never` types nothing but the agent's commands; `always` even where the host looks like a router",
    expected: "auto, always or never",
    example: "shell_integration: auto",
  },
  secrets: {
    meaning: "what `send_secret` may type, see below",
    expected: `a map of names to ${source}`,
    example: "secrets: {sudo: {ask: true, for: sudo}}",
  },
  policy: {
    meaning:
      "what agents may type there: `mode` full, confirm or read-only, `allow`, `deny`, `approval`; see below",
    expected: "a map of mode, allow, deny, approval",
    example: "policy: {mode: full}",
  },
  tags: {
    meaning: "a list of words for the agent",
    expected: "a list of words",
    example: "tags: [web, prod]",
  },
  wait_seconds: {
    meaning: "how long `execute_command` waits where the agent does not say",
    expected: "a whole number from 0 to 3600",
    example: "wait_seconds: 0",
  },
  max_wait_seconds: {
    meaning: "the longest wait of one call; for a client that gives up early or bears more",
    unset: "50",
    expected: "a whole number from 1 to 3600",
    example: "max_wait_seconds: 50",
  },
  results: {
    meaning:
      "`text`: the terminal tools answer in text alone; `auto`: so for clients known to show both forms (`shown-form.ts`)",
    expected: "auto, both or text",
    example: "results: auto",
  },
  log_max_mb: {
    meaning: "of the log of each session opened from then on; older output is dropped",
    expected: "a whole number from 4 to 1000000",
    example: "log_max_mb: 64",
  },
  log_retention_days: {
    meaning: "after that the log of a closed session goes: once a day by itself, or by `prune`",
    expected: "a whole number from 1 to 36500",
    example: "log_retention_days: 30",
  },
  max_sessions: {
    meaning: "open at once",
    expected: "a whole number from 1 to 1000",
    example: "max_sessions: 100",
  },
  transfer_dirs: {
    meaning:
      "folders of this machine that `transfer_file` may read and write; one around `~/.mcp-ssh-interactive` leaves that out",
    unset: "`transfers/`",
    expected: "a list of folders",
    example: "transfer_dirs: [~/.mcp-ssh-interactive/transfers]",
  },
  redact: {
    meaning: "regular expressions (RE2) of what results shall not show",
    unset: "none",
    expected: "a list of regular expressions",
    example: "redact: []",
  },
  allow_vulnerable_tmux: {
    meaning: "use a tmux 2.9 to 3.1b that a host can crash (CVE-2020-27347)",
    expected: "true or false",
    example: "allow_vulnerable_tmux: false",
  },
};

export function guideFor(key: PropertyKey | undefined): Guide {
  const guide = typeof key === "string" && Object.hasOwn(guides, key) ? guides[key] : undefined;
  return guide ?? { expected: "a map of keys", example: "host: 192.168.1.100", meaning: "" };
}
