// draft-ietf-secsh-filexfer-02, section 6, and OpenSSH's PROTOCOL, section 4; read 2026-11-22.
import { parseReply, parseVersion, readFreeBytes, type Attributes, type Entry, type Reply } from "./reply.ts";
import { SftpLost, SftpRefusal, statusOf } from "./sftp-error.ts";
import { PacketSplitter, renderPacket, type Field } from "./wire.ts";

/** `send` copies what it cannot write at once, for the bytes are reused; `chunks` ends with the channel. */
export type SftpChannel = {
  readonly send: (bytes: Uint8Array) => void;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
};

export type FileHandle = Uint8Array;

type Answer = Reply | { readonly kind: "lost" };

const sendRoomBytes = 65_536;
const stallMs = 60_000;
const stallCheckMs = 1_000;
const endOfFile = 1;

/** The flags of OPEN: what is read must exist; what is created must not, and belongs to the account alone. */
const forReading = [1, 0] as const;
const forCreating = [0x02 | 0x08 | 0x20, 0x04, 0o600] as const;

/**
 * One SFTP conversation. Requests are sent at once and may be many at a time; each throws SftpRefusal with the server's
 * answer, or SftpLost. A server that owes an answer and says nothing for a minute counts as lost.
 */
export class SftpClient implements AsyncDisposable {
  readonly #channel: SftpChannel;
  /** A gigabyte of packets would be as much garbage. */
  readonly #sendRoom = Buffer.allocUnsafe(sendRoomBytes);
  readonly #open = new Map<number, (answer: Answer) => void>();
  readonly #version = Promise.withResolvers<ReadonlySet<string> | undefined>();
  readonly #stallCheck: NodeJS.Timeout;
  #extensions: ReadonlySet<string> = new Set();
  #nextId = 0;
  #waitingSinceMs = performance.now();
  #hasSpoken = false;
  #lost: SftpLost | undefined;

  private constructor(channel: SftpChannel) {
    this.#channel = channel;
    this.#stallCheck = setInterval(() => this.#endIfStalled(), stallCheckMs);
    void this.#listen();
  }

  static async open(channel: SftpChannel): Promise<SftpClient> {
    const client = new SftpClient(channel);
    channel.send(renderPacket(1, [3]));
    const extensions = await client.#version.promise;
    if (extensions === undefined) {
      await client[Symbol.asyncDispose]();
      throw client.#lost ?? new SftpLost("noise");
    }
    client.#extensions = extensions;
    return client;
  }

  offers(extension: string): boolean {
    return this.#extensions.has(extension);
  }

  /** Throws a refusal too where the path is not UTF-8, in which all others are given. */
  async realPath(path: string): Promise<string> {
    const answer = await this.#ask(16, [path]);
    const [entry, ...others] = answer.kind === "names" ? answer.entries : [];
    if (entry === undefined || others.length > 0) throw refusal(answer, "realpath");
    const text = entry.name.toString("utf8");
    if (!Buffer.from(text).equals(entry.name)) throw new SftpRefusal("other", "realpath");
    return text;
  }

  /** Of the file that a link leads to; undefined where there is none. */
  async stat(path: string): Promise<Attributes | undefined> {
    return this.#attributes("stat", 17, path);
  }

  /** Of the link itself; undefined where nothing has the name. */
  async linkStat(path: string): Promise<Attributes | undefined> {
    return this.#attributes("lstat", 7, path);
  }

  openToRead(path: string): Promise<FileHandle> {
    return this.#handle("open", 3, [path, ...forReading]);
  }

  /** What stands in a folder, as the server has it; links are not followed. */
  async *entries(path: string): AsyncGenerator<Entry> {
    const handle = await this.#handle("opendir", 11, [path]);
    try {
      for (;;) {
        const answer = await this.#ask(12, [handle]);
        if (answer.kind === "status" && answer.code === endOfFile) return;
        if (answer.kind !== "names" || answer.entries.length === 0) throw refusal(answer, "readdir");
        yield* answer.entries;
      }
    } finally {
      if (this.#lost === undefined) await this.close(handle);
    }
  }

  /** A new file of mode 600. */
  create(path: string): Promise<FileHandle> {
    return this.#handle("create", 3, [path, ...forCreating]);
  }

  /** Undefined at the end of the file; else at least one byte. */
  async read(handle: FileHandle, offset: number, length: number): Promise<Uint8Array | undefined> {
    const answer = await this.#ask(5, [handle, BigInt(offset), length]);
    if (answer.kind === "status" && answer.code === endOfFile) return undefined;
    if (answer.kind !== "data" || answer.data.length > length) throw refusal(answer, "read");
    return answer.data.length === 0 ? undefined : answer.data;
  }

  write(handle: FileHandle, offset: number, data: Uint8Array): Promise<void> {
    return this.#do("write", 6, [handle, BigInt(offset), data]);
  }

  close(handle: FileHandle): Promise<void> {
    return this.#do("close", 4, [handle]);
  }

  setMode(path: string, mode: number): Promise<void> {
    return this.#do("setstat", 9, [path, 4, mode]);
  }

  setOwner(path: string, { uid, gid }: NonNullable<Attributes["owner"]>): Promise<void> {
    return this.#do("setstat", 9, [path, 2, uid, gid]);
  }

  remove(path: string): Promise<void> {
    return this.#do("remove", 13, [path]);
  }

  /** Refused where `to` exists. */
  rename(from: string, to: string): Promise<void> {
    return this.#do("rename", 18, [from, to]);
  }

  /** In one step where the server offers that. */
  async replace(from: string, to: string): Promise<void> {
    const atOnce = "posix-rename@openssh.com";
    if (this.offers(atOnce)) return this.#do("replace", 200, [atOnce, from, to]);
    if ((await this.linkStat(to)) !== undefined) await this.remove(to);
    return this.rename(from, to);
  }

  /** Does nothing where the server does not offer it. */
  async sync(handle: FileHandle): Promise<void> {
    const extension = "fsync@openssh.com";
    if (this.offers(extension)) await this.#do("fsync", 200, [extension, handle]);
  }

  /** What the account may still write in the folder; undefined where the server does not tell. */
  async freeBytes(folder: string): Promise<number | undefined> {
    const extension = "statvfs@openssh.com";
    if (!this.offers(extension)) return undefined;
    const answer = await this.#ask(200, [extension, folder]);
    return answer.kind === "extended" ? readFreeBytes(answer.fields) : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end("ended");
    await this.#channel.close();
  }

  async #do(request: string, type: number, fields: readonly Field[]): Promise<void> {
    const answer = await this.#ask(type, fields);
    if (answer.kind !== "status" || answer.code !== 0) throw refusal(answer, request);
  }

  async #handle(request: string, type: number, fields: readonly Field[]): Promise<FileHandle> {
    const answer = await this.#ask(type, fields);
    if (answer.kind !== "handle") throw refusal(answer, request);
    return answer.handle;
  }

  async #attributes(request: string, type: number, path: string): Promise<Attributes | undefined> {
    const answer = await this.#ask(type, [path]);
    if (answer.kind === "attributes") return answer.attributes;
    if (answer.kind === "status" && statusOf(answer.code) === "no_such_file") return undefined;
    throw refusal(answer, request);
  }

  async #ask(type: number, fields: readonly Field[]): Promise<Reply> {
    if (this.#lost !== undefined) throw this.#lost;
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    if (this.#open.size === 0) this.#waitingSinceMs = performance.now();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#open.set(id, resolve);
    this.#channel.send(renderPacket(type, [id, ...fields], this.#sendRoom));
    const answer = await promise;
    if (answer.kind === "lost") throw this.#lost ?? new SftpLost("ended");
    return answer;
  }

  async #listen(): Promise<void> {
    const splitter = new PacketSplitter();
    try {
      for await (const chunk of this.#channel.chunks) {
        for (const packet of splitter.push(chunk)) {
          const isKnown = this.#hasSpoken ? this.#takeReply(packet) : this.#takeVersion(packet);
          if (!isKnown) return this.#end("noise");
        }
        if (splitter.isBroken) return this.#end("noise");
        if (this.#lost !== undefined) return;
      }
    } catch {
      // The channel broke, which is one way for it to end.
    }
    this.#end(this.#hasSpoken ? "ended" : "unstarted");
  }

  #takeVersion(packet: Uint8Array): boolean {
    const extensions = parseVersion(packet);
    this.#hasSpoken = true;
    this.#version.resolve(extensions);
    return extensions !== undefined;
  }

  #takeReply(packet: Uint8Array): boolean {
    const parsed = parseReply(packet);
    const resolve = parsed && this.#open.get(parsed.id);
    if (parsed === undefined || resolve === undefined) return false;
    this.#waitingSinceMs = performance.now();
    this.#open.delete(parsed.id);
    resolve(parsed.reply);
    return true;
  }

  #endIfStalled(): void {
    const isOwed = this.#open.size > 0 || !this.#hasSpoken;
    if (isOwed && performance.now() - this.#waitingSinceMs > stallMs) this.#end("stalled");
  }

  #end(reason: SftpLost["reason"]): void {
    clearInterval(this.#stallCheck);
    this.#lost ??= new SftpLost(reason);
    this.#version.resolve(undefined);
    for (const resolve of this.#open.values()) resolve({ kind: "lost" });
    this.#open.clear();
  }
}

function refusal(answer: Reply, request: string): SftpRefusal {
  return new SftpRefusal(answer.kind === "status" ? statusOf(answer.code) : "other", request);
}
