import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { posix } from "node:path";

import type { UserError } from "../../base/user-error.ts";
import { writeContent } from "../../ssh/sftp/file-content.ts";
import type { Attributes } from "../../ssh/sftp/reply.ts";
import { SftpRefusal } from "../../ssh/sftp/sftp-error.ts";
import { checkSum } from "./check-sum.ts";
import { endAsFailure, existsThere, notAFile } from "./failure.ts";
import { noteProgress, type Job, type Transferred } from "./job.ts";
import { refused } from "./local-place.ts";
import { partName } from "./part-name.ts";
import { followLink, kindOf, type RemotePlace } from "./remote-place.ts";

const blockBytes = 262_144;

/** Replaces the file that a link on the host leads to, not the link. */
export async function upload(job: Job): Promise<Transferred> {
  await using source = await openSource(job);
  const { size, mode } = await source.stat();
  job.progress.total = size;
  const { place, old } = await findTarget(job);
  const part = posix.join(place.folder, partName(place.name));
  try {
    const sent = await send(job, source, part);
    if (job.approvedSha256 !== undefined && sent.sha256 !== job.approvedSha256) throw changedSince(job);
    const checked = await checkSum(job, part, sent);
    await takeOver(job, part, { mode: old?.mode ?? mode & 0o755, ...(old?.owner && { owner: old.owner }) });
    job.session.gatehouse.pause.assertOff();
    await putInPlace(job, part, place);
    return checked;
  } catch (error) {
    return endAsFailure(job, error, { path: part, remove: () => job.client.remove(part) });
  }
}

async function openSource({ session, local }: Pick<Job, "session" | "local">): Promise<FileHandle> {
  const rules = session.transferRules();
  try {
    const file = await local.folder.openToRead(local.name);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const words = isMissing ? "does not exist" : "is a link or cannot be opened";
    throw refused(`${JSON.stringify(local.path)} ${words}`, rules, error);
  }
  throw refused(`${JSON.stringify(local.path)} is not a regular file`, rules);
}

/** Throws TRANSFER_REFUSED for what is there and may not be replaced. */
async function findTarget({
  client,
  remote,
  overwrite,
}: Job): Promise<{ place: RemotePlace; old?: Attributes }> {
  const found = await client.linkStat(remote.path);
  if (found === undefined) return { place: remote };
  const isLink = kindOf(found) === "link";
  const old = isLink ? await client.stat(remote.path) : found;
  if (old === undefined) throw notAFile(remote.path, "link that leads nowhere");
  const kind = kindOf(old);
  if (kind !== "file") throw notAFile(remote.path, kind);
  if (!overwrite) throw existsThere(remote.path);
  return { place: isLink ? await followLink(client, remote) : remote, old };
}

async function send(job: Job, source: FileHandle, part: string): Promise<{ bytes: number; sha256: string }> {
  const { client } = job;
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await client.create(part);
  await writeContent(
    client,
    handle,
    blocksOf(source, (block) => {
      hash.update(block);
      bytes += block.length;
    }),
    (written) => {
      job.session.gatehouse.pause.assertOff();
      noteProgress(job, written);
    },
  );
  await client.sync(handle);
  await client.close(handle);
  return { bytes, sha256: hash.digest("hex") };
}

function changedSince({ session, local }: Job): UserError {
  return refused(
    `${JSON.stringify(local.path)} was changed since a human agreed to send it`,
    session.transferRules(),
  );
}

/** What a human is shown of it, who agrees to just these bytes. */
export async function contentOf(
  job: Pick<Job, "session" | "local">,
): Promise<{ bytes: number; sha256: string }> {
  await using source = await openSource(job);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const block of blocksOf(source, () => undefined)) {
    hash.update(block);
    bytes += block.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Each block is a view of the same memory. */
async function* blocksOf(
  source: FileHandle,
  onBlock: (block: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(blockBytes);
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    const block = buffer.subarray(0, bytesRead);
    onBlock(block);
    yield block;
  }
}

/** A login that is not root cannot give files away: then the new file is its own. */
async function takeOver({ client }: Job, part: string, { owner, mode }: Attributes): Promise<void> {
  if (owner !== undefined) await client.setOwner(part, owner).catch(ignoreRefusal);
  if (mode !== undefined) await client.setMode(part, mode & 0o777);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SftpRefusal)) throw error;
}

async function putInPlace({ client, overwrite }: Job, part: string, { path }: RemotePlace): Promise<void> {
  if (overwrite) return client.replace(part, path);
  try {
    await client.rename(part, path);
  } catch (error) {
    if (error instanceof SftpRefusal && (await client.linkStat(path)) !== undefined) throw existsThere(path);
    throw error;
  }
}
