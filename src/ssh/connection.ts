/** Fetches a secret; undefined where a human is to be asked. Throws SECRET_UNAVAILABLE. */
export type Secret = (signal: AbortSignal) => Promise<string | undefined>;

/** Those that ssh may be given for this one host. */
export type Secrets = { readonly password?: Secret; readonly passphrase?: Secret };

/** What ssh needs to know of one connection; values are already expanded and validated. */
export type SshConnection = {
  readonly name: string;
  /** Address, or an alias of the user's ssh_config with all that it implies. */
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Absolute path of the private key. */
  readonly keyPath?: string | undefined;
  /** `false`: no agent, whatever ssh_config says. */
  readonly useAgent?: boolean | undefined;
  /** Another connection's name, `user@host:port`, a comma list of these, or `none`. */
  readonly proxyJump?: string | undefined;
  /** `strict` (the default), `accept-new`, or the one key's fingerprint, `SHA256:…`. */
  readonly hostKey?: string | undefined;
  /** ssh_config keywords with their values as they would stand in that file. */
  readonly sshOptions: Readonly<Record<string, string>>;
  readonly secrets?: Secrets;
};
