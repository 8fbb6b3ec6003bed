import type { Caller } from "./caller.ts";
import type { ChaosClient } from "./client.ts";
import type { Journal } from "./journal.ts";
import type { Judge } from "./judge.ts";

export type Stage = {
  /** The folder of all servers. */
  readonly root: string;
  readonly clients: readonly ChaosClient[];
  readonly caller: Caller;
  readonly judge: Judge;
  readonly journal: Journal;
};

export const wholeOutput = { num_lines: 10_000, max_chars: 40_000 };
