import { UserError } from "../../base/user-error.ts";
import { SftpLost, SftpRefusal } from "../../ssh/sftp/sftp-error.ts";
import type { Job } from "./job.ts";

/** What was not whole when a transfer failed. */
type Aside = { readonly path: string; readonly remove: () => Promise<void> };

/** Removes what was set aside and throws the failure, which names it where it could not be removed. */
export async function endAsFailure(job: Job, error: unknown, { path, remove }: Aside): Promise<never> {
  const failure = await explain(job, error);
  try {
    await remove();
  } catch (removal) {
    const isGone = removal instanceof SftpRefusal && removal.status === "no_such_file";
    if (!isGone && failure instanceof UserError) throw withLeftOver(failure, path);
  }
  throw failure;
}

/** The failure in words for the agent; a bug or the call's end as it is. */
export async function explain(job: Job, error: unknown): Promise<unknown> {
  const { signal } = job.call;
  if (signal.aborted) return signal.reason;
  if (error instanceof SftpLost) return explainLoss(error, job);
  if (error instanceof SftpRefusal) return explainRefusal(error, job);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof UserError || typeof code !== "string") return error;
  const space = code === "ENOSPC" || code === "EDQUOT" ? "no space is left" : code;
  return failed(
    `${JSON.stringify(job.local.path)} could not be ${job.direction === "upload" ? "read" : "written"} on this machine: ${space}`,
    "The user can make room or mend the folder; or use another of the allowed folders.",
    error,
  );
}

/** Before anything was sent or received. */
export function explainLoss(
  error: SftpLost,
  { session, progress: { bytes, total } }: Pick<Job, "session" | "progress">,
): UserError {
  const { session_name: name, connection_config: config } = session.record;
  switch (error.reason) {
    case "unstarted":
      return failed(
        `the host offers no sftp to ${name}, or no further channel`,
        "Small text files: execute_command with cat, or base64 for others. The host's administrator can enable the sftp subsystem.",
        error,
      );
    case "noise":
      return failed(
        "the host answers sftp with something else",
        "A start-up file of the login's shell may print text even without a terminal; the user can silence it.",
        error,
      );
    case "ended":
      return failed(
        `the connection ended after ${bytes} of ${total} bytes`,
        `open_connection {"connection_config_name": "${config}", "session_name": "${name}"} opens it again; then call transfer_file again.`,
        error,
      );
    case "stalled":
      return failed(
        `the host has not answered for a minute, after ${bytes} of ${total} bytes`,
        "The link may have stalled: list_connections tells the session's state.",
        error,
      );
  }
}

async function explainRefusal(error: SftpRefusal, job: Job): Promise<UserError> {
  const { remote, direction } = job;
  const path = JSON.stringify(remote.path);
  switch (error.status) {
    case "no_such_file":
      return direction === "download" ? missingThere(remote.path) : missingFolder(remote.folder);
    case "permission_denied":
      return failed(
        direction === "download"
          ? `the login may not read ${path}`
          : `the login may not write ${path}, or into its folder`,
        direction === "download"
          ? "execute_command can copy it, for instance with sudo, to a place where the login may read it."
          : "Upload to the home or /tmp, then move it with execute_command, for instance with sudo.",
        error,
      );
    default:
      return (await isFull(job))
        ? failed(`no space is left on the host for ${path}`, "Look with execute_command: df, du.", error)
        : failed(
            `the host refused to ${direction === "upload" ? "write" : "read"} ${path} and gives no reason (${error.message})`,
            "It may be a quota, a limit of file size, a read-only file system or a fault of its disk.",
            error,
          );
  }
}

/** A full disk has no status of its own. */
async function isFull({ client, direction, remote, progress }: Job): Promise<boolean> {
  if (direction === "download") return false;
  try {
    const free = await client.freeBytes(remote.folder);
    return free !== undefined && free < Math.max(1, progress.total - progress.bytes);
  } catch {
    return false;
  }
}

export function missingThere(path: string): UserError {
  return failed(`there is no file ${JSON.stringify(path)} on the host`, "Look with execute_command: ls -la.");
}

export function missingFolder(folder: string): UserError {
  return failed(
    `there is no folder ${JSON.stringify(folder)} on the host`,
    "Create it with execute_command: mkdir -p, or choose another remote_path.",
  );
}

export function notAFile(path: string, kind: string): UserError {
  return failed(
    `${JSON.stringify(path)} on the host is a ${kind === "other" ? "device, pipe or socket" : kind}, no file`,
    kind === "folder"
      ? "Give the path of a file; a whole folder goes as an archive, made with execute_command: tar."
      : "Give the path of a regular file.",
  );
}

export function existsThere(path: string): UserError {
  return new UserError(
    "TRANSFER_REFUSED",
    `${JSON.stringify(path)} exists already on the host`,
    "Choose another remote_path, or pass overwrite: true if it may be replaced.",
  );
}

function withLeftOver(failure: UserError, path: string): UserError {
  return new UserError(
    failure.code,
    `${failure.message}; the partial file ${JSON.stringify(path)} may be left`,
    failure.hint,
    { details: { ...failure.details, partial_file: path }, cause: failure },
  );
}

function failed(message: string, hint: string, cause?: unknown): UserError {
  return new UserError("TRANSFER_FAILED", message, hint, { cause });
}
