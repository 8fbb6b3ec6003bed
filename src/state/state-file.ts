import { readFileSync, renameSync, statSync } from "node:fs";

import { z } from "zod";

import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { acquireFileLock, LockTimeout } from "../platform/file-lock.ts";
import { storageFailure } from "../platform/storage-failure.ts";
import { sessionRecordSchema, type SessionRecord } from "./session-record.ts";

const version = 2;
const lockTimeoutMs = 5_000;

const stateSchema = z.object({
  version: z.literal(version),
  sessions: z.record(z.string(), sessionRecordSchema),
});
const pythonSchema = z.object({ version: z.literal("1.0"), sessions: z.record(z.string(), z.unknown()) });

/** The sessions by `sessionKey` of their names. */
export type StateSnapshot = ReadonlyMap<string, SessionRecord>;

/** What stood in the file at `stamp`; no sessions where it was missing or none of ours. */
type Reading = { readonly stamp: string | undefined; readonly sessions: StateSnapshot | undefined };

/** `state.json`: shared by any number of processes, changed whole under a lock, re-read when it changed. */
export class StateFile {
  readonly #path: string;
  readonly #lockPath: string;
  readonly #warn: (message: string) => void;
  #last: Reading = { stamp: undefined, sessions: undefined };

  constructor(path: string, lockPath: string, warn: (message: string) => void) {
    this.#path = path;
    this.#lockPath = lockPath;
    this.#warn = warn;
  }

  read(): StateSnapshot {
    return this.#reading().sessions ?? new Map();
  }

  /** False when the file is missing or not to be read, so that the sessions must be found again from tmux. */
  get isWhole(): boolean {
    return this.#reading().sessions !== undefined;
  }

  get(sessionName: string): SessionRecord | undefined {
    return this.read().get(sessionKey(sessionName));
  }

  /** Changes the sessions under the lock; `change` edits the map that it is given and its result is returned. */
  update<T>(change: (sessions: Map<string, SessionRecord>) => T): Promise<T> {
    return this.#locked(() => {
      this.#setAsideUnreadable();
      const sessions = new Map(this.read());
      const result = change(sessions);
      const text = JSON.stringify({ version, sessions: Object.fromEntries(sessions) }, null, 2);
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

  /** Looks once at start, so that an unreadable file is told and set aside before anything relies on it. */
  async settle(): Promise<void> {
    if (this.#stamp() !== undefined && !this.isWhole) await this.#locked(() => this.#setAsideUnreadable());
  }

  async #locked<T>(work: () => T): Promise<T> {
    try {
      await using _ = await acquireFileLock(this.#lockPath, lockTimeoutMs);
      return work();
    } catch (error) {
      throw failureAt(this.#path, error);
    }
  }

  #reading(): Reading {
    const stamp = this.#stamp();
    if (this.#last.stamp !== stamp) this.#last = { stamp, sessions: parseSessions(this.#text()) };
    return this.#last;
  }

  #stamp(): string | undefined {
    const facts = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return facts === undefined ? undefined : `${facts.ino}.${facts.size}.${facts.mtimeNs}`;
  }

  #text(): string {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw failureAt(this.#path, error);
    }
  }

  /** Under the lock: a file of the Python original or one that cannot be read is kept beside, never overwritten. */
  #setAsideUnreadable(): void {
    if (this.#stamp() === undefined || this.isWhole) return;
    const python = pythonSchema.safeParse(parseJson(this.#text())).success;
    const time = new Date().toISOString().replaceAll(":", "");
    const aside = python ? `${this.#path}.python` : `${this.#path}.corrupt-${time}`;
    renameSync(this.#path, aside);
    this.#warn(
      python
        ? `state.json of the Python original was kept as ${aside}`
        : `state.json could not be read and was kept as ${aside}; sessions are found again from tmux`,
    );
  }
}

function parseSessions(text: string): StateSnapshot | undefined {
  const parsed = stateSchema.safeParse(parseJson(text));
  return parsed.success ? new Map(Object.entries(parsed.data.sessions)) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failureAt(path: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof LockTimeout) {
    const hint =
      error.holder === undefined ? "Try again." : `Look at process ${error.holder}: it may be stopped.`;
    return new UserError("STORAGE_FAILED", error.message, hint, { cause: error });
  }
  return storageFailure(error, path) ?? error;
}
