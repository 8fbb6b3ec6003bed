// draft-ietf-secsh-filexfer-02, sections 5 and 7, and OpenSSH's PROTOCOL for statvfs; read 2026-11-22.
import { FieldReader } from "./wire.ts";

/** `mode` holds the kind of file too, as stat(2) has it. What the server left out is undefined. */
export type Attributes = {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
};

/** One name of a folder, in the host's bytes. */
export type Entry = { readonly name: Buffer; readonly attributes: Attributes };

export type Reply =
  | { readonly kind: "status"; readonly code: number }
  | { readonly kind: "handle"; readonly handle: Uint8Array }
  | { readonly kind: "data"; readonly data: Uint8Array }
  | { readonly kind: "names"; readonly entries: readonly Entry[] }
  | { readonly kind: "attributes"; readonly attributes: Attributes }
  | { readonly kind: "extended"; readonly fields: FieldReader };

/** Names of extensions that the server offers; undefined when the packet is no VERSION. */
export function parseVersion(packet: Uint8Array): ReadonlySet<string> | undefined {
  const fields = new FieldReader(packet);
  const type = fields.byte();
  const version = fields.uint32();
  const extensions = new Set<string>();
  while (!fields.isAtEnd) {
    extensions.add(Buffer.from(fields.bytes()).toString("latin1"));
    fields.bytes();
  }
  return type === 2 && version >= 3 && !fields.isBroken ? extensions : undefined;
}

/** Undefined when the packet is no answer to a request. */
export function parseReply(packet: Uint8Array): { readonly id: number; readonly reply: Reply } | undefined {
  const fields = new FieldReader(packet);
  const type = fields.byte();
  const id = fields.uint32();
  const reply = readReply(type, fields);
  return reply === undefined || fields.isBroken ? undefined : { id, reply };
}

function readReply(type: number, fields: FieldReader): Reply | undefined {
  switch (type) {
    case 101:
      return { kind: "status", code: fields.uint32() };
    case 102:
      return { kind: "handle", handle: fields.bytes() };
    case 103:
      return { kind: "data", data: fields.bytes() };
    case 104:
      return { kind: "names", entries: readEntries(fields) };
    case 105:
      return { kind: "attributes", attributes: readAttributes(fields) };
    case 201:
      return { kind: "extended", fields };
    default:
      return undefined;
  }
}

function readEntries(fields: FieldReader): Entry[] {
  const count = fields.uint32();
  const entries: Entry[] = [];
  while (entries.length < count && !fields.isBroken) {
    const name = Buffer.from(fields.bytes());
    fields.bytes();
    entries.push({ name, attributes: readAttributes(fields) });
  }
  return entries;
}

function readAttributes(fields: FieldReader): Attributes {
  const flags = fields.uint32();
  const size = (flags & 1) === 0 ? undefined : Number(fields.uint64());
  const owner = (flags & 2) === 0 ? undefined : { uid: fields.uint32(), gid: fields.uint32() };
  const mode = (flags & 4) === 0 ? undefined : fields.uint32();
  skipRest(fields, flags);
  return {
    ...(size === undefined ? {} : { size }),
    ...(owner === undefined ? {} : { owner }),
    ...(mode === undefined ? {} : { mode }),
  };
}

/** The times, and pairs of texts that a server may add. */
function skipRest(fields: FieldReader, flags: number): void {
  if ((flags & 8) !== 0) fields.uint64();
  const pairs = (flags & 0x80000000) === 0 ? 0 : fields.uint32();
  for (let index = 0; index < pairs && !fields.isBroken; index++) {
    fields.bytes();
    fields.bytes();
  }
}

/** Bytes that the account may still write, from the answer to statvfs@openssh.com. */
export function readFreeBytes(fields: FieldReader): number | undefined {
  const [, fragmentBytes = 0n, , , freeForAccount = 0n] = Array.from({ length: 11 }, () => fields.uint64());
  return fields.isBroken ? undefined : Number(fragmentBytes * freeForAccount);
}
