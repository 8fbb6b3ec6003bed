/** Paths as the client gave them. */
export type TransferRequest = {
  readonly direction: "upload" | "download";
  readonly localPath: string;
  readonly remotePath: string;
  readonly overwrite: boolean;
};

/** Absolute paths, the remote one as the host tells it. `checkedBy`: the same checksum came from a program there, or from reading again. */
export type TransferOutcome = {
  readonly sessionName: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly sha256: string;
  readonly checkedBy: "host" | "reading";
  readonly localPath: string;
  readonly remotePath: string;
};
