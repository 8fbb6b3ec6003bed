// draft-ietf-secsh-filexfer-02 (SFTP version 3), section 3 and 4; read 2026-11-22.

/** A number is a uint32, a bigint a uint64; a text (UTF-8) and bytes are strings with their length before them. */
export type Field = number | bigint | string | Uint8Array;

/** OpenSSH neither sends nor takes more in one packet. */
const maxPacketBytes = 262_144;

/** The whole packet with its length before it, in `room` where it fits there. */
export function renderPacket(type: number, fields: readonly Field[], room?: Buffer): Uint8Array {
  const values = fields.map((field) => (typeof field === "string" ? Buffer.from(field) : field));
  const length = values.reduce((sum: number, value) => sum + fieldBytes(value), 1);
  const packet =
    room !== undefined && room.length >= 4 + length
      ? room.subarray(0, 4 + length)
      : Buffer.allocUnsafe(4 + length);
  packet.writeUInt32BE(length, 0);
  packet.writeUInt8(type, 4);
  let offset = 5;
  for (const value of values) {
    if (typeof value === "bigint") packet.writeBigUInt64BE(value, offset);
    else packet.writeUInt32BE(typeof value === "number" ? value : value.length, offset);
    if (typeof value === "object") packet.set(value, offset + 4);
    offset += fieldBytes(value);
  }
  return packet;
}

function fieldBytes(value: Exclude<Field, string>): number {
  if (typeof value === "number") return 4;
  return typeof value === "bigint" ? 8 : 4 + value.length;
}

/** Cuts a stream into packets; after a length that cannot be, `isBroken` stays true and nothing more comes. */
export class PacketSplitter {
  isBroken = false;
  #rest: Buffer = Buffer.alloc(0);

  /** Whole packets without their length: the type, then the fields. They are views of `chunk` where they can be. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes =
      this.#rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#rest, chunk]);
    const packets: Uint8Array[] = [];
    let offset = 0;
    while (!this.isBroken && bytes.length - offset >= 4) {
      const length = bytes.readUInt32BE(offset);
      this.isBroken = length < 1 || length > maxPacketBytes;
      if (this.isBroken || bytes.length - offset - 4 < length) break;
      packets.push(bytes.subarray(offset + 4, offset + 4 + length));
      offset += 4 + length;
    }
    this.#rest = bytes.subarray(this.isBroken ? bytes.length : offset);
    return packets;
  }
}

/** Takes fields off a packet; once one is missing, `isBroken` is true and all that follow are empty. */
export class FieldReader {
  isBroken = false;
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(packet: Uint8Array) {
    this.#bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length);
  }

  get isAtEnd(): boolean {
    return this.isBroken || this.#offset === this.#bytes.length;
  }

  byte(): number {
    const at = this.#advance(1);
    return at === undefined ? 0 : this.#bytes.readUInt8(at);
  }

  uint32(): number {
    const at = this.#advance(4);
    return at === undefined ? 0 : this.#bytes.readUInt32BE(at);
  }

  uint64(): bigint {
    const at = this.#advance(8);
    return at === undefined ? 0n : this.#bytes.readBigUInt64BE(at);
  }

  bytes(): Uint8Array {
    const length = this.uint32();
    const at = this.#advance(length);
    return at === undefined ? new Uint8Array() : this.#bytes.subarray(at, at + length);
  }

  #advance(length: number): number | undefined {
    const at = this.#offset;
    this.isBroken ||= this.#bytes.length - at < length;
    if (this.isBroken) return undefined;
    this.#offset = at + length;
    return at;
  }
}
