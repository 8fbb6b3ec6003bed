import type { Place } from "./client-folders.ts";
import type { FormatName } from "./formats.ts";
import type { EntryShape, ServerEntry } from "./server-entry.ts";

/** The client's own program for its list of servers; without `remove` the file is edited. */
export type OwnProgram = {
  readonly name: string;
  readonly add: (entry: ServerEntry) => readonly string[];
  readonly remove?: readonly string[];
  /** Variables that tell it where its files are. */
  readonly variables: readonly string[];
};

export type Client = {
  readonly name: string;
  readonly title: string;
  readonly format: FormatName;
  /** The key, at the top of the file, of the map of servers. */
  readonly servers: string;
  readonly shape: EntryShape;
  /** The places of its file, the one of the newest version first. */
  readonly files: (place: Place) => readonly [string, ...string[]];
  /** What there is where the client has been used. */
  readonly signs: (place: Place) => readonly string[];
  /** A client from a terminal hands on the shell's environment; one from the desktop has next to none. */
  readonly startedFrom: "terminal" | "desktop";
  readonly own?: OwnProgram;
  /** Its way to name a variable of its own environment in `env`, for one that it would not hand on. */
  readonly agentReference?: string;
};
