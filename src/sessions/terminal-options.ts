import type { StreamState } from "../screen/stream-parser.ts";
import type { LogStore } from "../state/log-store.ts";
import type { CarriedLevel, MarkTrack } from "./mark-track.ts";

/** How ssh ended: its exit status, and where in the log the wrapper's mark stands. */
export type SshEnd = { readonly status: number; readonly offset: number };

/** What must survive so that another process need not read the log from its start. */
export type TerminalCheckpoint = {
  readonly stream: StreamState;
  readonly editor: { readonly start: number; readonly end: number } | undefined;
  readonly end: SshEnd | undefined;
  readonly gapEnd?: number | undefined;
  readonly levels: readonly MarkTrack[];
};

export type TerminalOptions = {
  readonly log: LogStore;
  /** The number of this epoch: only marks that carry it are ours. */
  readonly number: string;
  readonly start: number;
  /** The shells that carry our marks, the outermost first. */
  readonly levels: readonly CarriedLevel[];
  readonly cols: number;
  readonly rows: number;
  readonly checkpoint?: TerminalCheckpoint | undefined;
  /** Called after some megabytes of reading, so that the next reader need not do it again. */
  readonly saveCheckpoint?: ((checkpoint: TerminalCheckpoint) => void) | undefined;
};
