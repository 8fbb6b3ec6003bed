import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { binary } from "../binary/binary.ts";
import { Bridge } from "./bridge.ts";
import { prepareHome, type PreparedHome } from "./prepared-home.ts";
import { runClient, type ClientRun } from "./run-client.ts";

setDefaultTimeout(60_000);

const command = ["session_name=web", "command=echo hi", "wait_seconds=20"];
/** A method, the Inspector's words for it, and what must be in the JSON that it prints. */
const methods: readonly [method: string, words: readonly string[], result: RegExp][] = [
  ["tools/list", ["--strict"], /"name": "execute_command"/],
  ["tools/call", toolCall("execute_command", command), /"exit_code": 0/],
  ["resources/list", [], /"uri": "ssh:\/\/sessions\/web\/log"/],
  ["resources/templates/list", [], /"uriTemplate": "ssh:\/\/configs\/\{name\}\/info"/],
  ["resources/read", ["--uri", "ssh://configs/lo123/info"], /<<info [A-Z0-9]{4}\\n# Lo/],
  ["prompts/list", [], /"name": "lo123.restart-application"/],
  [
    "prompts/get",
    ["--prompt-name", "look-around", "--prompt-args", "connection_config_name=lo123"],
    /change nothing on it/,
  ],
  ["logging/setLevel", ["--log-level", "warning"], /^\{\}\n$/],
];

let home: PreparedHome;

beforeAll(async () => {
  home = await prepareHome();
});

afterAll(() => home[Symbol.asyncDispose]());

test.each(methods)("the Inspector reads %s, and fails where it is missing", async (method, words, result) => {
  const [whole, control] = await Promise.all([inspect(method, words), inspectWithout(method, words)]);
  expect(whole).toEqual({ exitCode: 0, text: expect.stringMatching(result) });
  expect(control).toEqual({ exitCode: 1, text: expect.stringContaining("Method not found") });
});

test("a tool's error is one to the Inspector", async () => {
  const failed = await inspect("tools/call", toolCall("get_terminal_output", ["session_name=none"]));
  expect(failed).toEqual({ exitCode: 5, text: expect.stringContaining('"code": "SESSION_NOT_FOUND"') });
});

function toolCall(name: string, args: readonly string[]): string[] {
  return ["--tool-name", name, ...args.flatMap((arg) => ["--tool-arg", arg])];
}

function inspect(method: string, words: readonly string[]): Promise<ClientRun> {
  return runClient("mcp-inspector", ["--cli", binary, "--method", method, ...words], home.env);
}

async function inspectWithout(method: string, words: readonly string[]): Promise<ClientRun> {
  await using bridge = new Bridge({ env: home.env, refused: method });
  const there = ["--cli", bridge.url, "--transport", "http", "--method", method];
  return await runClient("mcp-inspector", [...there, ...words], home.env);
}
