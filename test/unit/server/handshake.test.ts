import { expect, test } from "bun:test";

import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";

import { answerInitialize, protocolVersions, readClient } from "../../../src/server/handshake.ts";

const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a", version: "1" } };

test("the versions are those that the SDK speaks, the newest first", () => {
  expect<string[]>([...protocolVersions].sort()).toEqual([...SUPPORTED_PROTOCOL_VERSIONS].sort());
  expect(protocolVersions[0]).toBe(LATEST_PROTOCOL_VERSION);
});

test.each([
  ["2024-11-05", "2024-11-05"],
  ["2099-01-01", protocolVersions[0]],
  ["", protocolVersions[0]],
])("a client that asks for %j is offered %s", (protocolVersion, offered) => {
  expect(answerInitialize({ ...params, protocolVersion }, "1.2.3")).toMatchObject({
    protocolVersion: offered,
    capabilities: { tools: {} },
    serverInfo: { name: "mcp-ssh-interactive", version: "1.2.3" },
  });
});

test("the client is whom it names", () => {
  expect(readClient(params)).toEqual({ name: "a", version: "1" });
});

test.each([
  ["protocolVersion", { ...params, protocolVersion: 5 }],
  ["capabilities", { ...params, capabilities: undefined }],
  ["clientInfo", { ...params, clientInfo: [] }],
  ["the client's name", { ...params, clientInfo: { version: "1" } }],
  ["the client's version", { ...params, clientInfo: { name: "a", version: 1 } }],
])("initialize without %s is refused", (_what, wrong) => {
  expect(() => readClient(wrong)).toThrow("initialize needs protocolVersion, capabilities and clientInfo");
});
