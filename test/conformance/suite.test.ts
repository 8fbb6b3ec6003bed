import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Bridge } from "./bridge.ts";
import { prepareHome, type PreparedHome } from "./prepared-home.ts";
import { runClient, type ClientRun } from "./run-client.ts";

setDefaultTimeout(60_000);

/** Scenario of the MCP conformance suite → the method without which it must fail. Those left out would prove nothing here. */
const scenarios: Readonly<Record<string, string>> = {
  "server-initialize": "initialize",
  ping: "ping",
  "logging-set-level": "logging/setLevel",
  "completion-complete": "completion/complete",
  "tools-list": "tools/list",
  "tools-call-with-progress": "notifications/progress",
  "tools-call-elicitation": "elicitation/create",
  "resources-list": "resources/list",
  "resources-read-text": "resources/read",
  "resources-templates-read": "resources/read",
  "resources-subscribe": "resources/subscribe",
  "resources-unsubscribe": "resources/unsubscribe",
  "prompts-list": "prompts/list",
  "prompts-get-simple": "prompts/get",
};

let home: PreparedHome;

beforeAll(async () => {
  home = await prepareHome();
});

afterAll(() => home[Symbol.asyncDispose]());

test.each(Object.entries(scenarios))(
  "%s passes, and fails at the same server without %s",
  async (scenario, method) => {
    const [whole, control] = await Promise.all([run(scenario), run(scenario, method)]);
    expect(whole).toEqual({
      exitCode: 0,
      text: expect.stringMatching(/Passed: [1-9]\d*\/[1-9]\d*, 0 failed/),
    });
    expect(control).toEqual({ exitCode: 1, text: expect.stringMatching(/Passed: 0\/\d+, [1-9]\d* failed/) });
  },
);

async function run(scenario: string, refused?: string): Promise<ClientRun> {
  const session = refused === undefined ? "web" : "control";
  const whenHeard = join(home.folder, session);
  let progress = 0;
  await using bridge = new Bridge({
    env: home.env,
    renames: renames(session, whenHeard),
    refused,
    heard: (method) => {
      if (method === "notifications/progress") progress += 1;
      if (progress === 3) writeFileSync(whenHeard, "");
    },
  });
  return await runClient("conformance", ["server", "--url", bridge.url, "--scenario", scenario], home.env);
}

/** `whenHeard` is there after the third notification of progress. */
function renames(session: string, whenHeard: string): Record<string, string> {
  const untilHeard = `until test -e ${whenHeard}; do sleep 0.1; done`;
  return {
    "test://static-text": "ssh://configs/lo123/info",
    "test://watched-resource": `ssh://sessions/${session}/log`,
    "test://template/123/data": `ssh://sessions/${session}/ledger`,
    test_simple_prompt: "lo123.restart-application",
    test_prompt_with_arguments: "look-around",
    '"test_tool_with_progress","arguments":{}': call({
      session_name: session,
      command: untilHeard,
      wait_seconds: 30,
    }),
    '"test_elicitation","arguments":{"message":"Please provide your information"}': call({
      session_name: "asks",
      command: "touch asked",
    }),
  };
}

function call(args: object): string {
  return `"execute_command","arguments":${JSON.stringify(args)}`;
}
