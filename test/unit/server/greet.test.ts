import { describe, expect, test } from "bun:test";

import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  InitializeRequestSchema,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
} from "@modelcontextprotocol/sdk/types.js";
import * as fc from "fast-check";

import { greet, readInitialize } from "../../../src/server/greet.ts";
import { instructions } from "../../../src/server/instructions.ts";
import {
  capabilities,
  protocolVersions,
  serverName,
  serverTitle,
} from "../../../src/server/server-identity.ts";

const signal = new AbortController().signal;
const line = (message: unknown) => Buffer.from(`${JSON.stringify(message)}\n`);
const initialize = (params: object, id: string | number = 1) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params,
});
const usual = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a", version: "1" } };

/** Gives these chunks, then nothing more. */
function readerOf(chunks: readonly Uint8Array[]) {
  const left = [...chunks];
  return {
    read: async () => {
      const value = left.shift();
      return value === undefined ? { done: true as const } : { done: false as const, value };
    },
    cancel: async () => {},
  };
}

async function greetWith(chunks: readonly Uint8Array[]) {
  let written = "";
  const sink = { write: (text: string) => (written += text).length, flush: () => 0, end: () => 0 };
  const { reader, answered } = await greet(readerOf(chunks), sink, { version: "2.0.0", signal });
  const again: Uint8Array[] = [];
  for (let next = await reader.read(); next.value !== undefined; next = await reader.read())
    again.push(next.value);
  return { written, answered, again: Buffer.concat(again).toString() };
}

async function sdkAnswer(message: unknown): Promise<unknown> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const server = new Server(
    { name: serverName, title: serverTitle, version: "2.0.0" },
    { capabilities, instructions },
  );
  await server.connect(theirs);
  const answer = Promise.withResolvers<JSONRPCMessage>();
  ours.onmessage = (got) => answer.resolve(got);
  await ours.start();
  await ours.send(JSON.parse(JSON.stringify(message)));
  return answer.promise.finally(() => server.close());
}

test("the revisions are those of the SDK, the newest first", () => {
  expect<readonly string[]>(protocolVersions).toEqual([...SUPPORTED_PROTOCOL_VERSIONS]);
  expect(protocolVersions[0]).toBe(LATEST_PROTOCOL_VERSION);
});

test.each([...protocolVersions, "2026-07-28", "", "1"])(
  "the answer to revision %j is the SDK's",
  async (protocolVersion) => {
    const message = initialize({ ...usual, protocolVersion }, "x-1");
    const { written, answered } = await greetWith([line(message)]);
    expect(answered?.id).toBe("x-1");
    expect(JSON.parse(written)).toEqual(await sdkAnswer(message));
  },
);

test("all input is read once more by the SDK, however it came", async () => {
  const text = Buffer.concat([
    line(initialize(usual)),
    line({ jsonrpc: "2.0", method: "notifications/initialized" }),
  ]);
  for (const cut of [1, 20, text.indexOf(0x0a), text.indexOf(0x0a) + 1, text.length]) {
    const { again, answered } = await greetWith([text.subarray(0, cut), text.subarray(cut)]);
    expect([again, answered]).toEqual([text.toString(), { id: 1, version: "2025-06-18" }]);
  }
});

describe("is left to the SDK", () => {
  test.each<[string, unknown]>([
    ["another request", { jsonrpc: "2.0", id: 1, method: "ping" }],
    ["a batch", [initialize(usual)]],
    ["a capability that we do not know", initialize({ ...usual, capabilities: { other: {} } })],
    ["a capability of another shape", initialize({ ...usual, capabilities: { roots: 5 } })],
    ["tasks", initialize({ ...usual, capabilities: { tasks: {} } })],
    ["no client", initialize({ protocolVersion: "1", capabilities: {} })],
    ["an id that is none", { ...initialize(usual), id: 1.5 }],
    ["what no JSON is", "{"],
  ])("%s", async (_what, message) => {
    const { written, answered, again } = await greetWith([
      typeof message === "string" ? Buffer.from(`${message}\n`) : line(message),
    ]);
    expect([written, answered]).toEqual(["", undefined]);
    expect(again).not.toBe("");
  });

  test("a line without an end, and one that is too long", async () => {
    expect((await greetWith([Buffer.from("{")])).answered).toBeUndefined();
    expect((await greetWith([Buffer.alloc(70_000, 0x20)])).answered).toBeUndefined();
  });
});

test("what is answered at once is always an initialize by the SDK's own schema", () => {
  const leaf = fc.oneof(fc.boolean(), fc.string(), fc.constant({}), fc.integer(), fc.constant(null));
  const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<unknown>) =>
    fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: odd, weight: 1 });
  const text = mostly(fc.string(), leaf);
  const options = fc.dictionary(fc.constantFrom("listChanged", "form", "url", "context", "x"), leaf, {
    maxKeys: 2,
  });
  const names = fc.constantFrom("roots", "sampling", "elicitation", "experimental", "tasks", "x");
  const params = fc.record(
    {
      protocolVersion: mostly(fc.string(), leaf),
      capabilities: mostly(fc.dictionary(names, mostly(options, leaf), { maxKeys: 2 }), leaf),
      clientInfo: mostly(
        fc.record({ name: text, version: text, title: text }, { requiredKeys: ["name", "version"] }),
        leaf,
      ),
    },
    { requiredKeys: ["protocolVersion", "capabilities"] },
  );
  let taken = 0;
  fc.assert(
    fc.property(params, (given) => {
      const message = initialize(given);
      if (readInitialize(line(message)) === undefined) return;
      taken++;
      expect(InitializeRequestSchema.safeParse(JSON.parse(JSON.stringify(message))).success).toBe(true);
    }),
    { numRuns: 20_000, seed: 7 },
  );
  expect(taken).toBeGreaterThan(100);
});
