import type { FileHandle, SftpClient } from "./sftp-client.ts";

/** What OpenSSH's own client has on the way. */
const blockBytes = 32_768;
const maxOnTheWay = 64;

/** Writes the blocks from the file's start on, many at a time; `onWritten` gets how many bytes the server has so far. */
export async function writeContent(
  client: SftpClient,
  handle: FileHandle,
  blocks: AsyncIterable<Uint8Array>,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const onTheWay: { readonly end: number; readonly done: Promise<void> }[] = [];
  const settleFirst = async () => {
    const first = onTheWay.shift();
    await first?.done;
    if (first !== undefined) onWritten(first.end);
  };
  let offset = 0;
  for await (const block of blocks) {
    for (let start = 0; start < block.length; start += blockBytes) {
      if (onTheWay.length >= maxOnTheWay) await settleFirst();
      const piece = block.subarray(start, start + blockBytes);
      const done = handled(client.write(handle, offset, piece));
      offset += piece.length;
      onTheWay.push({ end: offset, done });
    }
  }
  while (onTheWay.length > 0) await settleFirst();
}

/**
 * The file from its start to its end, in order. Up to `expectedBytes` many blocks are asked for at a time, beyond them one;
 * each is asked for as soon as the one before it was taken.
 */
export async function* readContent(
  client: SftpClient,
  handle: FileHandle,
  expectedBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  const onTheWay: { readonly offset: number; readonly data: Promise<Uint8Array | undefined> }[] = [];
  for (let next = 0; ;) {
    while (onTheWay.length === 0 || (next < expectedBytes && onTheWay.length < maxOnTheWay)) {
      onTheWay.push({ offset: next, data: handled(client.read(handle, next, blockBytes)) });
      next += blockBytes;
    }
    const first = onTheWay.shift();
    let data = await first?.data;
    if (first === undefined || data === undefined) return;
    yield data;
    // A short answer may be the end, or leave a hole before the next one.
    for (let read = data.length; read < blockBytes; read += data.length) {
      data = await client.read(handle, first.offset + read, blockBytes - read);
      if (data === undefined) return;
      yield data;
    }
  }
}

/** When one fails, nobody looks at those behind it any more. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
