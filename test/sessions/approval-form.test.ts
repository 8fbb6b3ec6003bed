import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
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
  const connection = (name: string, policy: string, ...more: string[]) =>
    McpHome.connection(name, sshd, [`policy: ${policy}`, ...more]);
  home.writeConnections(
    connection("any", "{mode: confirm}"),
    connection("here", "{mode: confirm, approval: client}"),
    connection("there", "{mode: confirm, approval: terminal}"),
    connection("full", "{mode: full, approval: client}", "secrets: {db: some-database-pw}"),
    connection("fixed", "{mode: read-only}", "secrets: {db: some-database-pw}"),
  );
  client = await connect({ elicitation: { form: {} } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    shown.push(params.message);
    await Bun.sleep(answer.afterMs);
    return { action: answer.action, content: {} };
  });
  plain = await connect({});
  for (const name of ["any", "here", "there", "full", "fixed"])
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

function run(session_name: string, command: string, by = client): Promise<Record<string, unknown>> {
  return call("execute_command", { session_name, command, wait_seconds: 20 }, by);
}

async function call(
  name: string,
  args: Record<string, unknown>,
  by: Client,
): Promise<Record<string, unknown>> {
  shown = [];
  const { structuredContent } = await by.callTool({ name, arguments: args });
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

describe("a secret for another use than its own", () => {
  const readsHidden = "read -rsp 'Pass\u202eword: ' x; echo ${#x}";
  const give = (session_name: string, by = client) =>
    call("send_secret", { session_name, name: "db", wait_seconds: 20 }, by);

  test("is shown in the client's form with what asks for it, and a yes there gives it", async () => {
    answer = { action: "accept", afterMs: 800 };
    await run("full", readsHidden);
    expect(await give("full")).toMatchObject({ exit_code: 0, output: expect.stringContaining("16") });
    const [form = ""] = shown;
    expect(shown).toHaveLength(1);
    for (const part of [
      "| db\n",
      "| prompt: Pass\\u{202e}word: ",
      "as reported by the host",
      "| bash (user id ",
    ])
      expect(form).toContain(part);
    expect(form).not.toContain("\u202e");
    expect(form).not.toContain("some-database-pw");
  });

  test("where the client is to answer and cannot ask, the agent is told what to tell", async () => {
    await run("full", readsHidden);
    const refused = await give("full", plain);
    expect(codeOf(refused)).toBe("APPROVAL_UNAVAILABLE");
    expect(Object(refused["error"])["hint"]).toContain("mcp-ssh-interactive answer full");
  });

  test("is refused where the policy is read-only", async () => {
    home.tmux("send-keys", "-t", "=mcp-fixed:", "read -rs x", "Enter");
    await call(
      "get_terminal_output",
      { session_name: "fixed", wait_seconds: 10, wait_for: "nothing" },
      client,
    );
    expect(codeOf(await give("fixed"))).toBe("POLICY_DENIED");
    expect(shown).toEqual([]);
  });
});
