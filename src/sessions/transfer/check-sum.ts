import { createHash } from "node:crypto";

import { UserError } from "../../base/user-error.ts";
import { hostSha256 } from "../../ssh/mux.ts";
import { readContent } from "../../ssh/sftp/file-content.ts";
import type { Job, Transferred } from "./job.ts";

/**
 * Compares what was sent or received with the first bytes of the host's file: by a program there, else by reading them
 * over sftp. Throws TRANSFER_FAILED when they differ.
 */
export async function checkSum(
  job: Job,
  path: string,
  { bytes, sha256 }: Pick<Transferred, "bytes" | "sha256">,
): Promise<Transferred> {
  const { session, call } = job;
  const byHost = bytes === 0 ? undefined : await hostSha256(session.mux, { path, bytes }, call.signal);
  const there = byHost ?? (await readSha256(job, path, bytes));
  if (there === sha256) return { bytes, sha256, checkedBy: byHost === undefined ? "reading" : "host" };
  throw new UserError(
    "TRANSFER_FAILED",
    job.direction === "upload"
      ? "the host's copy is not what was sent: its checksum differs"
      : "the file was changed on the host while it was read: its checksum differs",
    "Call transfer_file again.",
    { details: { sha256, sha256_on_host: there } },
  );
}

async function readSha256({ client, call }: Job, path: string, bytes: number): Promise<string> {
  const handle = await client.openToRead(path);
  const hash = createHash("sha256");
  let left = bytes;
  for await (const block of readContent(client, handle, bytes)) {
    call.signal.throwIfAborted();
    hash.update(block.subarray(0, left));
    left = Math.max(0, left - block.length);
    if (left === 0) break;
  }
  await client.close(handle);
  return hash.digest("hex");
}
