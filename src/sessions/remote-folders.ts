import { posix } from "node:path";

import { hasMaster, openSftpChannel } from "../ssh/mux.ts";
import { SftpClient } from "../ssh/sftp/sftp-client.ts";
import { SftpLost, SftpRefusal } from "../ssh/sftp/sftp-error.ts";
import type { SessionContext } from "./look.ts";
import { kindOf } from "./transfer/remote-place.ts";

const timeLimitMs = 2_000;
const maxEntries = 5_000;

/**
 * Folders of the host whose path begins with `begun`, each as it goes on from that, ending with a slash; relative ones
 * are the login's home. They come over the session's own connection; none where it is lost, slow or not ours to ask.
 */
export async function remoteFolders(
  { mux, record }: SessionContext,
  begun: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (record.integrated !== true || !hasMaster(mux) || begun.includes("\0") || signal.aborted) return [];
  const channel = openSftpChannel(mux);
  const giveUp = () => void channel.close();
  const timer = setTimeout(giveUp, timeLimitMs);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await using client = await SftpClient.open(channel);
    return await foldersIn(client, begun);
  } catch (error) {
    if (error instanceof SftpLost || error instanceof SftpRefusal) return [];
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

async function foldersIn(client: SftpClient, begun: string): Promise<string[]> {
  const cut = begun.lastIndexOf("/") + 1;
  const [folder, start] = [begun.slice(0, cut), begun.slice(cut)];
  const path = folder.startsWith("~/") ? `./${folder.slice(2)}` : folder === "" ? "." : folder;
  const found: string[] = [];
  let seen = 0;
  for await (const { name, attributes } of client.entries(path)) {
    const text = name.toString("utf8");
    const isShown = text.startsWith(start) && (start.startsWith(".") || !text.startsWith("."));
    if (isShown && isPlain(text) && (await isFolder(client, posix.join(path, text), attributes)))
      found.push(`${folder}${text}/`);
    seen += 1;
    if (seen >= maxEntries) break;
  }
  return found.toSorted();
}

/** What could not be typed back, or is no UTF-8, is no suggestion. */
function isPlain(text: string): boolean {
  return text !== "." && text !== ".." && !/[\p{Cc}\uFFFD]/u.test(text);
}

async function isFolder(
  client: SftpClient,
  path: string,
  attributes: Parameters<typeof kindOf>[0],
): Promise<boolean> {
  const kind = kindOf(attributes);
  if (kind !== "link") return kind === "folder";
  const target = await client.stat(path);
  return target !== undefined && kindOf(target) === "folder";
}
