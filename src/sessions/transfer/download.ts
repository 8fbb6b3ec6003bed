import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { UserError } from "../../base/user-error.ts";
import { readContent } from "../../ssh/sftp/file-content.ts";
import { checkSum } from "./check-sum.ts";
import { endAsFailure, missingThere, notAFile } from "./failure.ts";
import { noteProgress, type Job, type Transferred } from "./job.ts";
import { refused } from "./local-place.ts";
import { partName } from "./part-name.ts";
import { kindOf } from "./remote-place.ts";

const blockBytes = 262_144;

/** The local file has mode 600, whatever the host's has. */
export async function download(job: Job): Promise<Transferred> {
  requireFreeName(job);
  job.progress.total = await sizeOfSource(job);
  const { folder } = job.local;
  const part = partName(job.local.name);
  try {
    const received = await receive(job, part);
    const checked = await checkSum(job, job.remote.path, received);
    putInPlace(job, part);
    return checked;
  } catch (error) {
    return endAsFailure(job, error, {
      path: join(folder.path, part),
      remove: async () => folder.remove(part),
    });
  }
}

function requireFreeName({ session, local, overwrite }: Job): void {
  const found = local.folder.status(local.name);
  if (found === undefined) return;
  const isFile = found.isFile();
  if (!isFile)
    throw refused(
      `${JSON.stringify(local.path)} is a link, a folder or no regular file`,
      session.transferRules(),
    );
  if (!overwrite) throw existsHere(local.path);
}

function existsHere(path: string): UserError {
  return new UserError(
    "TRANSFER_REFUSED",
    `${JSON.stringify(path)} exists already`,
    "Choose another local_path, or pass overwrite: true if it may be replaced.",
  );
}

async function sizeOfSource({ client, remote }: Job): Promise<number> {
  const found = await client.stat(remote.path);
  if (found === undefined) throw missingThere(remote.path);
  const kind = kindOf(found);
  if (kind !== "file") throw notAFile(remote.path, kind);
  return found.size ?? 0;
}

async function receive(job: Job, part: string): Promise<{ bytes: number; sha256: string }> {
  const { client, remote, local, progress } = job;
  const handle = await client.openToRead(remote.path);
  await using file = await local.folder.create(part);
  const hash = createHash("sha256");
  const gathered = Buffer.allocUnsafe(blockBytes);
  let bytes = 0;
  let length = 0;
  const store = async () => {
    const block = gathered.subarray(0, length);
    hash.update(block);
    await writeWhole(file, block);
    bytes += length;
    length = 0;
    noteProgress(job, bytes);
  };
  for await (const data of readContent(client, handle, progress.total)) {
    if (length + data.length > gathered.length) await store();
    gathered.set(data, length);
    length += data.length;
  }
  await store();
  await client.close(handle);
  await file.sync();
  return { bytes, sha256: hash.digest("hex") };
}

async function writeWhole(file: FileHandle, block: Uint8Array): Promise<void> {
  for (let start = 0; start < block.length;) {
    start += (await file.write(block, start, block.length - start, null)).bytesWritten;
  }
}

/** Where nothing may be replaced, only the empty file is that holds the name. */
function putInPlace({ local: { folder, name, path }, overwrite }: Job, part: string): void {
  if (!overwrite && !folder.claim(name)) throw existsHere(path);
  folder.rename(part, name);
}
