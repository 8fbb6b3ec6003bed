import type { EntryFields } from "./server-entry.ts";

/** A text that is not what its format wants; `line` counts from 1. */
export class BrokenText extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** A text that is right, but written in a way in which our entry cannot be put in or taken out safely. */
export class OtherStyle extends Error {}

/** Edits of one format. All leave every byte that is not of our entry as it was; `path` is the map's key and ours. */
export type Format = {
  /** The whole value; an empty text is an empty map. Throws BrokenText. */
  readonly parse: (text: string) => unknown;
  readonly set: (text: string, path: EntryPath, fields: EntryFields) => string;
  readonly remove: (text: string, path: EntryPath) => string;
};

export type EntryPath = readonly [map: string, name: string];
