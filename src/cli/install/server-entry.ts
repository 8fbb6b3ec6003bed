/** The name under which clients know this server. */
export const serverName = "mcp-ssh-interactive";

/** How a client starts this server, whatever the words for it in its file. */
export type ServerEntry = {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type EntryFields = { readonly [key: string]: unknown };

/** The words of one client for an entry. Without `args` the key `program` holds program and arguments as one list. */
export type EntryShape = {
  readonly program: string;
  readonly args?: string;
  readonly env: string;
  /** What else the client needs to be there; for a new entry alone. */
  readonly initial?: EntryFields;
  /** Variables of its own environment that the client must be told to pass on, and the key for that. */
  readonly passedOn?: { readonly key: string; readonly names: readonly string[] };
};

/** The fields to be written; what a human has set in a standing entry stays, unless that starts no program. */
export function renderEntry(entry: ServerEntry, shape: EntryShape, standing?: EntryFields): EntryFields {
  const kept = standing !== undefined && readEntry(standing, shape) !== undefined ? standing : undefined;
  const env = { ...recordOf(kept?.[shape.env]), ...entry.env };
  return {
    ...(kept ?? shape.initial),
    ...programFields(entry, shape, kept),
    ...(Object.keys(env).length > 0 ? { [shape.env]: env } : {}),
    ...passedOn(shape, kept ?? {}),
  };
}

/** Undefined for an entry that starts no program, such as that of a server elsewhere. */
export function readEntry(fields: EntryFields, shape: EntryShape): ServerEntry | undefined {
  const head = fields[shape.program];
  const words = shape.args === undefined ? stringsOf(head) : [head, ...stringsOf(fields[shape.args])];
  const [program, ...args] = words.filter((word) => typeof word === "string");
  if (program === undefined || program === "") return undefined;
  const env = Object.entries(recordOf(fields[shape.env])).map(([name, value]) => [name, String(value)]);
  return { program, args, env: Object.fromEntries(env) };
}

/** The words of the clients for an entry that is there and not used. */
export function isDisabled(fields: EntryFields): boolean {
  return fields["disabled"] === true || fields["enabled"] === false;
}

export function recordOf(value: unknown): EntryFields {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is EntryFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

function programFields({ program, args }: ServerEntry, shape: EntryShape, kept?: EntryFields): EntryFields {
  if (shape.args === undefined) return { [shape.program]: [program, ...args] };
  const isNeedless = args.length === 0 && kept !== undefined && kept[shape.args] === undefined;
  return { [shape.program]: program, ...(isNeedless ? {} : { [shape.args]: args }) };
}

function passedOn({ passedOn: passed }: EntryShape, standing: EntryFields): EntryFields {
  if (passed === undefined) return {};
  const given: unknown = standing[passed.key];
  const kept: readonly unknown[] = Array.isArray(given) ? given : [];
  return { [passed.key]: [...kept, ...passed.names.filter((name) => !kept.includes(name))] };
}
