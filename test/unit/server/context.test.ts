import { expect, setDefaultTimeout, test } from "bun:test";

import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";

import { sectionsOf } from "../../../src/server/context/headings.ts";
import { listResources } from "../../../src/server/context/list-resources.ts";
import { parseResourceUri, sessionUri } from "../../../src/server/context/resource-uri.ts";
import { startServer } from "./server-process.ts";

setDefaultTimeout(30_000);

test.each(SUPPORTED_PROTOCOL_VERSIONS)("revision %s is agreed on", async (version) => {
  await using server = startServer();
  await server.initialize(version);
});

test("a client of a newer revision finds no server/discover, falls back and agrees on the newest we speak", async () => {
  await using server = startServer();
  server.send({ jsonrpc: "2.0", id: 1, method: "server/discover", params: { _meta: {} } });
  expect((await server.answer(1)).error?.code).toBe(-32601);
  const clientInfo = { name: "newer", version: "9" };
  const params = { protocolVersion: "2026-07-28", capabilities: { tasks: {} }, clientInfo };
  server.send({ jsonrpc: "2.0", id: 2, method: "initialize", params });
  expect((await server.answer(2)).result).toMatchObject({
    protocolVersion: LATEST_PROTOCOL_VERSION,
    capabilities: {
      tools: {},
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      completions: {},
      logging: {},
    },
  });
});

test("subscriptions are bounded, and an unknown method beside known ones is one", async () => {
  await using server = startServer();
  await server.initialize();
  const subscribe = (id: number, uri: string) =>
    server.send({ jsonrpc: "2.0", id, method: "resources/subscribe", params: { uri } });
  for (let id = 1; id <= 301; id++) subscribe(id, sessionUri("web", "log", `1.${id}`));
  expect((await server.answer(300)).result).toEqual({});
  expect((await server.answer(301)).error?.code).toBe(-32602);
  for (const [index, method] of ["resources/nope", "prompts/nope", "completion/nope"].entries()) {
    server.send({ jsonrpc: "2.0", id: 400 + index, method });
    expect((await server.answer(400 + index)).error?.code).toBe(-32601);
  }
});

test("an answer to nothing that we asked is passed over", async () => {
  await using server = startServer();
  await server.initialize();
  server.send({ jsonrpc: "2.0", id: 0, result: { action: "accept" } });
  server.send({ jsonrpc: "2.0", id: 1, method: "ping" });
  expect((await server.answer(1)).result).toEqual({});
});

test("a URI of ours is read back as it was made, and nothing else is one", () => {
  const uri = sessionUri("a b/%", "log", "x.1");
  expect(parseResourceUri(uri)).toEqual({ kind: "log", sessionName: "a b/%", cursor: "x.1" });
  for (const other of [
    "ssh://sessions/a/b/log",
    "ssh://sessions//log",
    "ssh://sessions/%E0/log",
    "ssh://sessions/a/raw",
    "http://sessions/a/log",
    "ssh://configs/a/info?cursor=1",
  ])
    expect(parseResourceUri(other)).toBeUndefined();
});

test("a long list comes in pages", () => {
  const sessions = Array.from({ length: 100 }, (_, index) => ({
    name: `s${index}`,
    connectionConfig: "lo",
    logBytes: 1,
  }));
  const catalog = { hosts: [], sessions };
  const first = listResources(catalog, undefined);
  const second = listResources(catalog, first.nextCursor);
  expect([first.resources.length, second.resources.length, second.nextCursor]).toEqual([200, 100, undefined]);
  expect(() => listResources(catalog, "elsewhere")).toThrow("cursor is none that this server gave");
});

test.each([
  ["no heading", "text\n", []],
  ["a heading without text", "# A\n\n## B\ntext\n", ["B"]],
  ["one in a code block", "# A\n~~~\n# no\n~~~\n", ["A"]],
  ["closing marks, and Windows line ends", "## A ##\r\ntext\r\n", ["A"]],
  ["no space behind the marks", "#!/bin/sh\ntext\n", []],
])("sections of notes: %s", (_title, notes, titles) => {
  expect(sectionsOf(notes).map(({ title }) => title)).toEqual(titles);
});
