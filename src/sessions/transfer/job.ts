import type { SftpClient } from "../../ssh/sftp/sftp-client.ts";
import type { SessionContext } from "../look.ts";
import type { Call } from "../outcome.ts";
import type { LocalPlace } from "./local-place.ts";
import type { RemotePlace } from "./remote-place.ts";

/** One transfer under way; `bytes` and `total` are for people, and move on. */
export type Job = {
  readonly session: SessionContext;
  readonly call: Call;
  readonly client: SftpClient;
  readonly direction: "upload" | "download";
  readonly local: LocalPlace;
  readonly remote: RemotePlace;
  readonly overwrite: boolean;
  /** A human has agreed to just this content. */
  readonly approvedSha256?: string;
  readonly progress: { bytes: number; total: number };
};

/** `checkedBy`: a program on the host computed the same checksum, or the file was read a second time. */
export type Transferred = {
  readonly bytes: number;
  readonly sha256: string;
  readonly checkedBy: "host" | "reading";
};

export function noteProgress({ call, progress }: Job, bytes: number): void {
  call.signal.throwIfAborted();
  progress.bytes = bytes;
  call.count?.(bytes, progress.total);
}
