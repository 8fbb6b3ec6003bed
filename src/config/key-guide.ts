/** What each key wants, and a line that is right. */
export type Guide = { readonly expected: string; readonly example: string };

const source = 'text, or one of {env: NAME}, {file: PATH}, {command: "…"}, {keychain: SERVICE}, {ask: true}';

const guides: Readonly<Record<string, Guide>> = {
  host: { expected: "a host name, an address, or an alias of ~/.ssh/config", example: "host: 192.168.1.100" },
  user: { expected: "the login name on the host", example: "user: deploy" },
  port: { expected: "a whole number from 1 to 65535", example: "port: 22" },
  key_path: { expected: "the path of a private key", example: "key_path: ~/.ssh/id_ed25519" },
  password: { expected: source, example: "password: {ask: true}" },
  passphrase: { expected: source, example: "passphrase: {ask: true}" },
  description: { expected: "text", example: "description: My remote server" },
  info_file: { expected: "a path relative to info/, or ~/…, or /…", example: "info_file: my-server.md" },
  use_agent: { expected: "true or false", example: "use_agent: true" },
  proxy_jump: { expected: "another connection's name, or user@host:port", example: "proxy_jump: bastion" },
  ssh_options: {
    expected: "a map of ssh_config keywords",
    example: "ssh_options: {ServerAliveInterval: 30}",
  },
  host_key: { expected: "strict, accept-new, or SHA256:… of the key", example: "host_key: strict" },
  shell_integration: { expected: "auto, always or never", example: "shell_integration: auto" },
  secrets: { expected: `a map of names to ${source}`, example: "secrets: {sudo: {ask: true, for: sudo}}" },
  policy: { expected: "a map of mode, allow, deny, approval", example: "policy: {mode: full}" },
  tags: { expected: "a list of words", example: "tags: [web, prod]" },
  wait_seconds: { expected: "a whole number from 0 to 3600", example: "wait_seconds: 0" },
  max_wait_seconds: { expected: "a whole number from 1 to 3600", example: "max_wait_seconds: 50" },
  results: { expected: "auto, both or text", example: "results: auto" },
  log_max_mb: { expected: "a whole number from 4 to 1000000", example: "log_max_mb: 64" },
  log_retention_days: { expected: "a whole number from 1 to 36500", example: "log_retention_days: 30" },
  max_sessions: { expected: "a whole number from 1 to 1000", example: "max_sessions: 100" },
  transfer_dirs: {
    expected: "a list of folders",
    example: "transfer_dirs: [~/.mcp-ssh-interactive/transfers]",
  },
  redact: { expected: "a list of regular expressions", example: "redact: []" },
  allow_vulnerable_tmux: { expected: "true or false", example: "allow_vulnerable_tmux: false" },
};

export function guideFor(key: PropertyKey | undefined): Guide {
  const guide = typeof key === "string" && Object.hasOwn(guides, key) ? guides[key] : undefined;
  return guide ?? { expected: "a map of keys", example: "host: 192.168.1.100" };
}
