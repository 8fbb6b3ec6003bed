/** Where a secret comes from; read only when it is needed. The `from` of a file is an absolute path. */
export type SecretSource =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "env" | "file" | "command" | "keychain"; readonly from: string }
  | { readonly kind: "ask" };

export type NamedSecret = { readonly source: SecretSource; readonly for?: string };

/** `within` is set for a path relative to info/, which must not leave that folder. */
export type InfoFile = { readonly path: string; readonly within?: string };

export type Policy = {
  readonly mode: "full" | "confirm" | "read-only";
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly approval?: "client" | "terminal";
};

/**
 * One entry of `connections`, checked. Its secrets are sources, of which `plain` holds the value. Paths are absolute, `~` expanded. What is left
 * out is ssh_config's to say. `proxyJump` is another connection's name or `[user@]host[:port]`, commas between.
 */
export type ConnectionConfig = {
  readonly name: string;
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly keyPath?: string;
  readonly useAgent: boolean;
  readonly auth: readonly ("key" | "password" | "agent")[];
  readonly description: string;
  readonly infoFile?: InfoFile;
  readonly proxyJump?: string;
  /** Keywords in ssh_config's spelling; values of one line that need no quoting. */
  readonly sshOptions: Readonly<Record<string, string>>;
  /** `strict`, `accept-new` or a pinned `SHA256:…`. */
  readonly hostKey: string;
  readonly shellIntegration: "auto" | "always" | "never";
  readonly password?: SecretSource;
  readonly passphrase?: SecretSource;
  readonly secrets: ReadonlyMap<string, NamedSecret>;
  readonly policy: Policy;
  readonly tags: readonly string[];
};

/** `maxWaitSeconds` is set only where the file says so: it then holds for every client. */
export type Settings = {
  readonly waitSeconds: number;
  readonly maxWaitSeconds?: number;
  readonly results: "auto" | "both" | "text";
  readonly logMaxMb: number;
  readonly logRetentionDays: number;
  readonly maxSessions: number;
  readonly transferDirs: readonly string[];
  readonly redact: readonly string[];
  readonly allowVulnerableTmux: boolean;
};
