import { describe, expect, test } from "bun:test";

import { parseReply, parseVersion } from "../../../src/ssh/sftp/reply.ts";
import { PacketSplitter, renderPacket } from "../../../src/ssh/sftp/wire.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const body = (packet: Uint8Array) => packet.subarray(4);

describe("a packet", () => {
  test("is its length, its type and its fields", () => {
    expect(hex(renderPacket(5, [7, "é", 1n, new Uint8Array([1, 2])]))).toBe(
      "00000019050000000700000002c3a90000000000000001000000020102",
    );
  });

  test("is the same in the room that it is given, and where that is too small", () => {
    const fields = [1, "name"];
    expect(hex(renderPacket(3, fields, Buffer.alloc(64, 0xff)))).toBe(hex(renderPacket(3, fields)));
    expect(hex(renderPacket(3, fields, Buffer.alloc(5)))).toBe(hex(renderPacket(3, fields)));
  });
});

describe("a stream", () => {
  const stream = Buffer.concat([
    renderPacket(101, [1, 0]),
    renderPacket(103, [2, "data"]),
    renderPacket(101, [3, 1]),
  ]);

  test.each([1, 2, 3, 5, 7, 64])("is cut into the same packets in chunks of %d bytes", (size) => {
    const splitter = new PacketSplitter();
    const packets: string[] = [];
    for (let at = 0; at < stream.length; at += size)
      packets.push(...splitter.push(stream.subarray(at, at + size)).map(hex));
    expect(packets).toEqual(["650000000100000000", "67000000020000000464617461", "650000000300000001"]);
  });

  test.each(["Welcome to this host\n", "\0\0\0\0", "\xff\xff\xff\xff"])(
    "that begins with %j is broken for good",
    (noise) => {
      const splitter = new PacketSplitter();
      expect(splitter.push(Buffer.from(noise, "latin1"))).toEqual([]);
      expect(splitter.isBroken).toBe(true);
      expect(splitter.push(stream)).toEqual([]);
    },
  );
});

describe("an answer", () => {
  test("tells size, owner and mode where the server does", () => {
    const all = renderPacket(105, [9, 7, 5_000_000_000n, 1000, 1001, 0o100644]);
    expect(parseReply(body(all))).toEqual({
      id: 9,
      reply: {
        kind: "attributes",
        attributes: { size: 5_000_000_000, owner: { uid: 1000, gid: 1001 }, mode: 0o100644 },
      },
    });
    expect(parseReply(body(renderPacket(105, [9, 0])))?.reply).toEqual({
      kind: "attributes",
      attributes: {},
    });
  });

  test("that is cut anywhere is none", () => {
    for (const packet of [
      renderPacket(105, [9, 7, 1n, 2, 3, 4]),
      renderPacket(103, [1, "data"]),
      renderPacket(104, [1, 1, "x", "-rw", 13, 1n, 0o100644, 1n]),
    ])
      for (let length = 0; length < packet.length - 4; length++)
        expect(parseReply(body(packet).subarray(0, length))).toBeUndefined();
  });

  test("of a type that is no answer is none", () => {
    expect(parseReply(body(renderPacket(5, [1, 0])))).toBeUndefined();
  });

  test("VERSION names the extensions; version 2 is none of ours", () => {
    const version = renderPacket(2, [3, "fsync@openssh.com", "1", "x", ""]);
    expect([...(parseVersion(body(version)) ?? [])]).toEqual(["fsync@openssh.com", "x"]);
    expect(parseVersion(body(renderPacket(2, [2])))).toBeUndefined();
    expect(parseVersion(body(version).subarray(0, 12))).toBeUndefined();
  });
});
