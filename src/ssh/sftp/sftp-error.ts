/** What the server said; a full disk is a `failure`, like everything that has no number of its own. */
export type SftpStatus = "no_such_file" | "permission_denied" | "failure" | "unsupported" | "other";

/** The server answered, and refused. */
export class SftpRefusal extends Error {
  readonly status: SftpStatus;

  constructor(status: SftpStatus, request: string) {
    super(`${request}: ${status}`);
    this.name = "SftpRefusal";
    this.status = status;
  }
}

/**
 * There is no server to talk to any more. `unstarted`: it never spoke, so that the host may have none; `noise`: it spoke
 * something else; `ended` and `stalled` came later.
 */
export class SftpLost extends Error {
  readonly reason: "unstarted" | "noise" | "ended" | "stalled";

  constructor(reason: SftpLost["reason"]) {
    super(`sftp ${reason}`);
    this.name = "SftpLost";
    this.reason = reason;
  }
}

export function statusOf(code: number): SftpStatus {
  if (code === 2 || code === 10) return "no_such_file";
  if (code === 3 || code === 12) return "permission_denied";
  if (code === 4) return "failure";
  return code === 8 ? "unsupported" : "other";
}
