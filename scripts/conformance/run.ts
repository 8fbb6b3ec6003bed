import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { binary } from "../../test/binary/binary.ts";
import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome } from "../../test/support/mcp-server.ts";
import { removeFolder } from "../../test/support/remove-folder.ts";
import { Bridge } from "./bridge.ts";

// Each scenario is run twice: against our server, and as a control against the same with the method taken away. One that
// passes the control too shows nothing and counts as failed.

const packages = ["@modelcontextprotocol/conformance@0.1.16", "@modelcontextprotocol/inspector@2.12.0"];
const renames = {
  "test://static-text": "ssh://configs/lo123/info",
  "test://watched-resource": "ssh://sessions/web/log",
  "test://template/123/data": "ssh://sessions/web/ledger",
  test_simple_prompt: "lo123.restart-application",
  test_prompt_with_arguments: "look-around",
};
const scenarios: Readonly<Record<string, RegExp>> = {
  "server-initialize": /^initialize$/,
  ping: /^ping$/,
  "logging-set-level": /^logging\//,
  "completion-complete": /^completion\//,
  "tools-list": /^tools\/list$/,
  "resources-list": /^resources\/list$/,
  "resources-read-text": /^resources\/read$/,
  "resources-templates-read": /^resources\/read$/,
  "resources-subscribe": /^resources\/subscribe$/,
  "resources-unsubscribe": /^resources\/unsubscribe$/,
  "prompts-list": /^prompts\/list$/,
  "prompts-get-simple": /^prompts\/get$/,
};

const folder = mkdtempSync(join(tmpdir(), "mcp-conformance-"));
await using sshd = await startLoopbackSshd();
await using home = new McpHome();
let failed = 0;
try {
  await prepare();
  for (const [scenario, method] of Object.entries(scenarios)) await runScenario(scenario, method);
  for (const [words, wanted] of inspections()) await inspect(words, wanted);
} finally {
  await removeFolder(folder);
}
console.log(`\n${failed === 0 ? "all as it should be" : `${failed} failed`}`);
process.exitCode = failed === 0 ? 0 : 1;

async function prepare(): Promise<void> {
  writeFileSync(join(folder, "package.json"), '{"private": true}\n');
  const install = [process.execPath, "add", "--exact", "--ignore-scripts", ...packages];
  if (Bun.spawnSync(install, { cwd: folder }).exitCode !== 0)
    throw new Error("the clients could not be installed");
  home.writeConnections(McpHome.connection("lo123", sshd, ["info_file: lo.md"]));
  writeFileSync(join(home.root, "info/lo.md"), "# Lo\n\n## Restart Application\n\nCarefully.\n", {
    mode: 0o600,
  });
  const server = await home.start();
  await server.call("open_connection", { connection_config_name: "lo123", session_name: "web" });
  await server.call("execute_command", { session_name: "web", command: "echo 123", wait_seconds: 20 });
}

async function runScenario(scenario: string, method: RegExp): Promise<void> {
  const passes = await passesAt(scenario, undefined);
  const passesWithout = await passesAt(scenario, method);
  report(
    passes && !passesWithout,
    `conformance ${scenario}${passesWithout ? " (passes without the method too)" : ""}`,
  );
}

async function passesAt(scenario: string, refused: RegExp | undefined): Promise<boolean> {
  const start = () =>
    new StdioClientTransport({ command: binary, args: [], env: home.env, stderr: "ignore" });
  await using bridge = new Bridge(start, renames, refused);
  const suite = join(folder, "node_modules/.bin/conformance");
  const argv = [process.execPath, "--bun", suite, "server", "--url", bridge.url, "--scenario", scenario];
  const child = Bun.spawn(argv, { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const text = await new Response(child.stdout).text();
  return (await child.exited) === 0 && /Passed: [1-9]\d*\/[1-9]\d*, 0 failed/.test(text);
}

/** The words for the Inspector, and what its JSON must hold. */
function inspections(): [readonly string[], RegExp][] {
  return [
    [["tools/list", "--strict"], /"name": "execute_command"/],
    [
      [
        "tools/call",
        "--tool-name",
        "execute_command",
        "--tool-arg",
        "session_name=web",
        "--tool-arg",
        "command=echo hi",
        "--tool-arg",
        "wait_seconds=20",
      ],
      /"exit_code": 0/,
    ],
    [
      ["tools/call", "--tool-name", "get_terminal_output", "--tool-arg", "session_name=none"],
      /SESSION_NOT_FOUND/,
    ],
    [["resources/list"], /"uri": "ssh:\/\/sessions\/web\/log"/],
    [["resources/templates/list"], /"uriTemplate": "ssh:\/\/configs\/\{name\}\/info"/],
    [["resources/read", "--uri", "ssh://configs/lo123/info"], /<<info [A-Z0-9]{4}\\n# Lo/],
    [["prompts/list"], /"name": "lo123.restart-application"/],
    [
      ["prompts/get", "--prompt-name", "look-around", "--prompt-args", "connection_config_name=lo123"],
      /change nothing on it/,
    ],
    [["logging/setLevel", "--log-level", "warning"], /./],
  ];
}

async function inspect([method = "", ...more]: readonly string[], wanted: RegExp): Promise<void> {
  const inspector = join(folder, "node_modules/.bin/mcp-inspector");
  const argv = ["node", inspector, "--cli", binary, "--method", method, ...more];
  const child = Bun.spawn(argv, { cwd: folder, env: home.env, stdout: "pipe", stderr: "pipe" });
  const [text, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  const isRight = wanted.test(text);
  report(isRight, `inspector ${method}`);
  if (!isRight) console.log(`${text}${errors}`.slice(0, 2_000));
}

function report(isRight: boolean, what: string): void {
  if (!isRight) failed += 1;
  console.log(`${isRight ? "ok    " : "FAILED"} ${what}`);
}
