import { posix } from "node:path";

import { UserError } from "../../base/user-error.ts";
import type { Attributes } from "../../ssh/sftp/reply.ts";
import type { SftpClient } from "../../ssh/sftp/sftp-client.ts";

/** `path` is absolute, as the host tells it. */
export type RemotePlace = { readonly folder: string; readonly name: string; readonly path: string };

/** Relative paths, and `~`, are the login's home. Throws INVALID_ARGUMENT, or what the client throws. */
export async function findRemotePlace(client: SftpClient, remotePath: string): Promise<RemotePlace> {
  const path = remotePath.startsWith("~/") ? remotePath.slice(2).replace(/^\/+/, "") : remotePath;
  const name = posix.basename(path);
  if (name === "" || path.endsWith("/") || path.includes("\0") || path === "~" || !path.isWellFormed()) {
    throw new UserError(
      "INVALID_ARGUMENT",
      `remote_path ${JSON.stringify(remotePath)} names no file`,
      "Give the whole path of a file, its name at the end.",
    );
  }
  return placeOf(await client.realPath(posix.dirname(path)), name);
}

/** Where a link leads. */
export async function followLink(client: SftpClient, { path }: RemotePlace): Promise<RemotePlace> {
  const real = await client.realPath(path);
  return placeOf(posix.dirname(real), posix.basename(real));
}

function placeOf(folder: string, name: string): RemotePlace {
  return { folder, name, path: `${folder === "/" ? "" : folder}/${name}` };
}

/** What a server that tells no kind has is taken for a file. */
export function kindOf({ mode }: Attributes): "file" | "folder" | "link" | "other" {
  switch ((mode ?? 0o100000) & 0o170000) {
    case 0o100000:
      return "file";
    case 0o040000:
      return "folder";
    case 0o120000:
      return "link";
    default:
      return "other";
  }
}
