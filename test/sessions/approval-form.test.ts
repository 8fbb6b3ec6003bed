import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { binary } from "../binary/binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

type Answer = "accept" | "decline" | "cancel";

let sshd: LoopbackSshd;
let home: McpHome;
let client: Client;
let plain: Client;
/** What the user of the client sees, and does after so long. */
let shown: string[] = [];
let answer: { readonly action: Answer; readonly afterMs: number } = { action: "accept", afterMs: 800 };

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  const connection = (name: string, policy: string) => McpHome.connection(name, sshd, [`policy: ${policy}`]);
  home.writeConnections(
    connection("any", "{mode: confirm}"),
    connection("here", "{mode: confirm, approval: client}"),
    connection("there", "{mode: confirm, approval: terminal}"),
  );
  client = await connect({ elicitation: { form: {} } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    shown.push(params.message);
    await Bun.sleep(answer.afterMs);
    return { action: answer.action, content: {} };
  });
  plain = await connect({});
  for (const name of ["any", "here", "there"])
    await client.callTool({
      name: "open_connection",
      arguments: { connection_config_name: name, session_name: name },
    });
});

afterAll(async () => {
  await client.close();
  await plain.close();
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function connect(capabilities: object): Promise<Client> {
  const made = new Client({ name: "asker", version: "3" }, { capabilities });
  await made.connect(new StdioClientTransport({ command: binary, env: home.env, stderr: "ignore" }));
  return made;
}

async function run(session_name: string, command: string, by = client): Promise<Record<string, unknown>> {
  shown = [];
  const args = { session_name, command, wait_seconds: 20 };
  const { structuredContent } = await by.callTool({ name: "execute_command", arguments: args });
  return Object(structuredContent);
}

const codeOf = (fields: Record<string, unknown>) => Object(fields["error"])["code"];
const there = (name: string) => existsSync(join(sshd.home, name));

test("a client that shows forms asks its user, who sees just what would run, and one call does it", async () => {
  answer = { action: "accept", afterMs: 800 };
  expect(await run("any", "touch by-form; echo done")).toMatchObject({ exit_code: 0, output: "done" });
  expect(shown).toHaveLength(1);
  expect(shown[0]).toContain("| touch by-form; echo done\n(");
  expect(shown[0]).toContain("(reported by the host)");
  expect(await run("any", "uname -s")).toMatchObject({ output: "Linux" });
  expect(shown).toEqual([]);
});

test("an answer that nobody can have read counts as none", async () => {
  answer = { action: "accept", afterMs: 0 };
  expect(codeOf(await run("any", "touch too-fast"))).toBe("APPROVAL_PENDING");
  expect(there("too-fast")).toBe(false);
});

test("a no of the client's user is a no", async () => {
  answer = { action: "decline", afterMs: 0 };
  expect(codeOf(await run("any", "touch declined"))).toBe("APPROVAL_DECLINED");
  expect(there("declined")).toBe(false);
});

test("a form that is dismissed leaves the terminal", async () => {
  answer = { action: "cancel", afterMs: 0 };
  expect(codeOf(await run("any", "touch dismissed"))).toBe("APPROVAL_PENDING");
});

test("where a terminal is to answer no form is shown", async () => {
  answer = { action: "accept", afterMs: 800 };
  expect(codeOf(await run("there", "touch terminal"))).toBe("APPROVAL_PENDING");
  expect(shown).toEqual([]);
});

test("where the client is to answer and cannot ask, the agent is told what to tell", async () => {
  expect(codeOf(await run("here", "touch unavailable", plain))).toBe("APPROVAL_UNAVAILABLE");
  expect(codeOf(await run("any", "touch pending", plain))).toBe("APPROVAL_PENDING");
  expect(there("unavailable")).toBe(false);
});
