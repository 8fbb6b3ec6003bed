import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import type { NamedSecret } from "../config/connection-config.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { secretUnavailable } from "./secret-refusals.ts";
import type { Workplace } from "./workplace.ts";

/** The named secrets of a session's connection, as the configuration has them now. */
export type SessionSecrets = {
  readonly named: () => ReadonlyMap<string, NamedSecret>;
  /** Throws SECRET_UNAVAILABLE where its source gives nothing, or a human is to be asked. */
  readonly fetch: (name: string, signal: AbortSignal) => Promise<string>;
  /** Has what a human gave hidden in results, as what was fetched. */
  readonly remember: (value: string) => void;
};

export function sessionSecrets(place: Workplace, record: SessionRecord): SessionSecrets {
  const { session_name, connection_config: connection } = record;
  const named = () => namedSecrets(place, connection);
  return {
    named,
    remember: (value) => place.secrets.remember(sessionKey(session_name), value),
    fetch: async (name, signal) => {
      const secret = named().get(name);
      if (secret === undefined) throw new Error(`no secret ${name} was found before it is fetched`);
      const use = { session: sessionKey(session_name), connection, key: `secrets.${name}`, signal };
      const value = await place.secrets.fetch(secret.source, use);
      if (value !== undefined) return value;
      throw secretUnavailable(record, name);
    },
  };
}

/** Of a configuration that cannot be read there are none. */
function namedSecrets({ config }: Workplace, connection: string): ReadonlyMap<string, NamedSecret> {
  try {
    const entry = config().connections.get(connection);
    return entry !== undefined && "config" in entry ? entry.config.secrets : none;
  } catch (error) {
    if (error instanceof UserError) return none;
    throw error;
  }
}

const none: ReadonlyMap<string, NamedSecret> = new Map();
