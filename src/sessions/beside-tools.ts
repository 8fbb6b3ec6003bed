import type { FileSubscription } from "../platform/folder-watch.ts";
import type { Catalog, Watched } from "./catalog.ts";
import type { PastCommand } from "./command-history.ts";
import type { HumanQuestion } from "./human-question.ts";
import type { LogPage } from "./log-page.ts";

/** What resources, prompts and completion need of one session beside what the tools do. */
export interface SessionReader {
  /** A page of the log from `cursor` on, without one the last. Throws CURSOR_INVALID. */
  logPage(cursor: string | undefined): Promise<LogPage>;
  /** The newest commands of agents, at most `most`, the oldest first. */
  history(most: number): Promise<readonly PastCommand[]>;
  /** Folders on the host whose path begins so; none where asking could be noticed or takes long. */
  remoteFolders(begun: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The hidden question that a human may answer. Throws NOT_A_SECRET_PROMPT, HUMAN_ONLY. */
  humanQuestion(signal: AbortSignal): Promise<HumanQuestion>;
}

/** The same of all of them. */
export interface CatalogService {
  catalog(): Catalog;
  /** Tells of changes until it is disposed. */
  watch(watched: Watched): FileSubscription;
  /** The folders that transfers may use, as absolute paths. */
  transferDirs(): readonly string[];
  /** What could not be restored of sessions from before, as this process found out. */
  warnings(): readonly string[];
}
