import { UserError } from "../base/user-error.ts";
import type { ConnectionConfig, SecretSource } from "../config/connection-config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { createMask, type Spellings, type TextMask } from "./mask.ts";
import { resolveSecret, type SecretUse } from "./resolve-secret.ts";

/** What a value is fetched for; `session` is the key of the session that has it masked from then on. */
export type SecretFetch = Pick<SecretUse, "connection" | "key" | "signal"> & { readonly session: string };

type Environments = Pick<SecretUse, "env" | "childEnv">;

/** A mask and what it was made of, for as long as that is the same: it takes long to make, and each call asks for it. */
type MadeMask = {
  readonly others: readonly string[];
  readonly key: string;
  readonly mask: TextMask;
};

/**
 * The values that results must not show: those of the configuration that are read without running or asking anything,
 * and each that this process has fetched, until its session is closed.
 */
export class SecretBook {
  readonly #environments: Environments;
  readonly #loadConfig: () => LoadedConfig;
  #config: LoadedConfig | undefined;
  readonly #fetched = new Map<string, Set<string>>();
  readonly #spellings: Spellings = new Map();
  #last: MadeMask | undefined;

  constructor(environments: Environments, loadConfig: () => LoadedConfig) {
    this.#environments = environments;
    this.#loadConfig = loadConfig;
  }

  /** As resolveSecret. */
  async fetch(source: SecretSource, { session, ...use }: SecretFetch): Promise<string | undefined> {
    const value = await resolveSecret(source, { ...use, ...this.#environments });
    if (value !== undefined) this.remember(session, value);
    return value;
  }

  /** A value that came from elsewhere is treated as a fetched one. */
  remember(session: string, value: string): void {
    this.#fetched.set(session, (this.#fetched.get(session) ?? new Set()).add(value));
  }

  forget(session: string): void {
    this.#fetched.delete(session);
  }

  /**
   * Of these and of `others`, a list that is another one when it differs. Throws CONFIG_INVALID for a pattern of
   * `settings.redact` that cannot be used, and as `loadConfig` does where that has never given anything: then nobody
   * knows what to hide.
   */
  async mask(others: readonly string[]): Promise<TextMask> {
    const { connections, plainSecrets, settings } = this.#currentConfig();
    const readable = [...connections.values()].flatMap((entry) =>
      "config" in entry ? readableSources(entry.config) : [],
    );
    const found = await Promise.all(readable.map((source) => this.#read(source)));
    const fetched = [...this.#fetched.values()].flatMap((values) => [...values]);
    const own = [...plainSecrets, ...found.flatMap((value) => value ?? []), ...fetched];
    const patterns = settings.redact;
    const names = publicNames(connections);
    const key = JSON.stringify([own, names, patterns]);
    if (this.#last?.key !== key || this.#last.others !== others) {
      const values = [...own, ...others].filter((value) => !names.some((name) => name.includes(value)));
      this.#last = { others, key, mask: createMask(values, patterns, this.#spellings) };
    }
    return this.#last.mask;
  }

  /** A file that cannot be used now hides what it hid before. */
  #currentConfig(): LoadedConfig {
    try {
      this.#config = this.#loadConfig();
      return this.#config;
    } catch (error) {
      if (!(error instanceof UserError) || this.#config === undefined) throw error;
      return this.#config;
    }
  }

  /** Undefined for a source that gives nothing now. */
  async #read(source: SecretSource): Promise<string | undefined> {
    try {
      return await resolveSecret(source, { ...anyUse, ...this.#environments });
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}

/** What results must show for a client to go on, though a password may be the same. */
function publicNames(connections: LoadedConfig["connections"]): string[] {
  return [...connections].flatMap(([name, entry]) =>
    "config" in entry ? [name, entry.config.host, entry.config.user ?? ""] : [name],
  );
}

const anyUse = { connection: "", key: "", signal: new AbortController().signal };

function readableSources({ password, passphrase, secrets }: ConnectionConfig): SecretSource[] {
  const named = [...secrets.values()].map(({ source }) => source);
  return [password, passphrase, ...named].flatMap((source) =>
    source?.kind === "env" || source?.kind === "file" ? [source] : [],
  );
}
