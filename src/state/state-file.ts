import { lstatSync, readFileSync, renameSync } from "node:fs";

import { z } from "zod";

import { isSessionName, sessionKey } from "../base/session-name.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { acquireFileLock, lockedFileFailure } from "../platform/file-lock.ts";
import { sessionRecordSchema, type SessionRecord } from "./session-record.ts";

const version = 2;
const lockTimeoutMs = 5_000;

const stateSchema = z.object({
  version: z.literal(version),
  sessions: z.record(z.string(), z.unknown()),
  /** Written where the file was lost: sessions that tmux has may be missing. */
  incomplete: z.literal(true).optional(),
});
const otherVersionSchema = z.object({ version: z.union([z.number(), z.string()]) });
const pythonSchema = z.object({ version: z.literal("1.0"), sessions: z.record(z.string(), z.unknown()) });

/** The sessions by `sessionKey` of their names. */
export type StateSnapshot = ReadonlyMap<string, SessionRecord>;

/** What stood in the file at `stamp`: the sessions that could be read, whether these were all in it, and all there are. */
type Reading = {
  readonly stamp: string | undefined;
  readonly sessions: StateSnapshot;
  readonly isReadable: boolean;
  readonly isWhole: boolean;
};

/** What is known of a file that was set aside: the sessions that it named and that could not be read. */
export type SetAside = { readonly path: string; readonly names: readonly string[] };

/** `state.json`: shared by any number of processes, changed whole under a lock, re-read when it changed. */
export class StateFile {
  readonly #path: string;
  readonly #lockPath: string;
  readonly #warn: (message: string) => void;
  #last: Reading = { stamp: undefined, sessions: new Map(), isReadable: false, isWhole: false };
  /** The files that this process has set aside, oldest first. */
  readonly setAside: SetAside[] = [];

  constructor(path: string, lockPath: string, warn: (message: string) => void) {
    this.#path = path;
    this.#lockPath = lockPath;
    this.#warn = warn;
  }

  /** What the file holds, and whether it could be read whole, of the same moment. */
  get reading(): Pick<Reading, "sessions" | "isWhole"> {
    return this.#reading();
  }

  read(): StateSnapshot {
    return this.#reading().sessions;
  }

  /** False when the file was missing or not to be read whole, so that the sessions must be found again from tmux. */
  get isWhole(): boolean {
    return this.#reading().isWhole;
  }

  get(sessionName: string): SessionRecord | undefined {
    return this.read().get(sessionKey(sessionName));
  }

  /**
   * Changes the sessions under the lock; `change` edits the map that it is given and its result is returned. A file that
   * was not whole is so again only when `change` has found the others again.
   */
  update<T>(
    change: (sessions: Map<string, SessionRecord>) => T,
    { foundAgain = false }: { readonly foundAgain?: boolean } = {},
  ): Promise<T> {
    return this.#locked(() => {
      const incomplete = this.isWhole || foundAgain ? {} : { incomplete: true };
      const sessions = new Map(this.read());
      this.#setAsideUnreadable();
      const result = change(sessions);
      const text = JSON.stringify(
        { version, ...incomplete, sessions: Object.fromEntries(sessions) },
        null,
        2,
      );
      writeFileAtomically(this.#path, `${text}\n`);
      return result;
    });
  }

  async put(record: SessionRecord): Promise<void> {
    await this.update((sessions) => sessions.set(sessionKey(record.session_name), record));
  }

  async remove(sessionName: string): Promise<void> {
    await this.update((sessions) => sessions.delete(sessionKey(sessionName)));
  }

  /** Looks once at start, so that a file of which nothing can be read is told and set aside before anything relies on it. */
  async settle(): Promise<void> {
    const isUseless = this.#stamp() !== undefined && !this.#reading().isReadable && this.read().size === 0;
    if (isUseless) await this.#locked(() => this.#setAsideUnreadable());
  }

  async #locked<T>(work: () => T): Promise<T> {
    try {
      await using _ = await acquireFileLock(this.#lockPath, lockTimeoutMs);
      return work();
    } catch (error) {
      throw lockedFileFailure(error, this.#path);
    }
  }

  #reading(): Reading {
    const stamp = this.#stamp();
    if (this.#last.stamp !== stamp) this.#last = { stamp, ...parseSessions(this.#text()) };
    return this.#last;
  }

  #stamp(): string | undefined {
    const facts = lstatSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return facts === undefined ? undefined : `${facts.ino}.${facts.size}.${facts.mtimeNs}`;
  }

  #text(): string {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && notToBeRead.has(String(error.code))) return "";
      throw lockedFileFailure(error, this.#path);
    }
  }

  /** Under the lock: a file of the Python original or one that cannot be read whole is kept beside, never overwritten. */
  #setAsideUnreadable(): void {
    if (this.#stamp() === undefined || this.#reading().isReadable) return;
    const text = this.#text();
    const known = this.read();
    const value = parseJson(text);
    const python = pythonSchema.safeParse(value).success;
    const time = new Date().toISOString().replaceAll(":", "");
    const aside = python ? `${this.#path}.python` : `${this.#path}.corrupt-${time}`;
    renameSync(this.#path, aside);
    if (python) return this.#warn(`state.json of the Python original was kept as ${aside}`);
    const names = namesIn(text).filter((name) => !known.has(sessionKey(name)));
    this.setAside.push({ path: aside, names });
    const reason = describeFault(value);
    this.#warn(`state.json ${reason} and was kept as ${aside}; sessions are found again from tmux`);
  }
}

/** A folder, a file closed to ourselves, a link in a circle: as good as none, unlike what the machine lacks for a moment. */
const notToBeRead: ReadonlySet<string> = new Set(["ENOENT", "EISDIR", "EACCES", "ELOOP"]);

function parseSessions(text: string): Omit<Reading, "stamp"> {
  const parsed = stateSchema.safeParse(parseJson(text));
  if (!parsed.success) return { sessions: new Map(), isReadable: false, isWhole: false };
  const entries = Object.entries(parsed.data.sessions);
  const sessions = new Map<string, SessionRecord>();
  for (const [key, value] of entries) {
    const record = sessionRecordSchema.safeParse(value).data;
    if (record !== undefined && sessionKey(record.session_name) === key) sessions.set(key, record);
  }
  const isReadable = sessions.size === entries.length;
  return { sessions, isReadable, isWhole: isReadable && parsed.data.incomplete !== true };
}

function describeFault(value: unknown): string {
  const found = otherVersionSchema.safeParse(value).data?.version;
  if (found === version) return "could not be read whole";
  const isOther = typeof found === "number" && Number.isSafeInteger(found);
  return isOther ? `is of another version (${found}, not ${version})` : "could not be read";
}

/** Of whatever text this is. */
function namesIn(text: string): string[] {
  const names = Array.from(text.matchAll(/"session_name"\s*:\s*"([^"\\]*)"/g), ([, name = ""]) => name);
  return [...new Set(names.filter(isSessionName))];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
