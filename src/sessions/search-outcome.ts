export type SearchRequest = {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly contextLines: number;
  readonly maxMatches: number;
  readonly commandId?: string;
  readonly cursor?: string;
};

/** `line` counts from where the search began; the texts are remote. */
export type FoundLine = {
  readonly line: number;
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly commandId?: string;
  readonly cursor: string;
};

/** `matches` are the newest of `totalMatches`. Unless `isComplete`, the search goes on at `cursor`. */
export type SearchOutcome = {
  readonly sessionName: string;
  readonly totalMatches: number;
  readonly isComplete: boolean;
  readonly cursor: string;
  readonly bytesSearched: number;
  readonly bytesMissed: number;
  readonly matches: readonly FoundLine[];
};
