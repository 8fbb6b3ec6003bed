import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Account } from "../support/account.ts";
import { AskedUser, pageClient } from "../support/asked-user.ts";
import { SecretSession } from "../support/secret-session.ts";

setDefaultTimeout(60_000);

const password = "plum-Kettle-93";
let session: SecretSession;
let user: AskedUser;

beforeAll(async () => {
  const account = new Account(password);
  account.allowSudo();
  session = await SecretSession.open(account, { secrets: ["sudo: {ask: true}"], client: pageClient });
  user = new AskedUser(session.server);
});

afterAll(async () => {
  await session[Symbol.asyncDispose]();
});

test("a secret that is to be asked for each time comes from the page, and sudo takes it", async () => {
  const asked = await session.run("sudo id -un");
  expect(asked.fields["awaiting"]).toMatchObject({ answer_with: { tool: "send_secret", name: "sudo" } });
  expect(user.urls).toEqual([]);
  const next = user.nextUrl();
  const sent = session.sendSecret();
  const url = await next;
  const { origin } = new URL(url);
  const cookie = ((await fetch(url)).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await fetch(url, { method: "POST", headers: { cookie, origin }, body: `answer=${password}` });
  const { fields, text } = await sent;
  expect(fields).toMatchObject({ success: true, state: "idle" });
  expect(fields["output"]).toContain("root");
  expect(text).not.toContain(password);
  for (const name of readdirSync(join(session.home.root, "logs")))
    expect(readFileSync(join(session.home.root, "logs", name), "latin1")).not.toContain(password);
  expect(session.server.stderr).not.toContain(password);
});

test("another user of this machine gets nothing, though they know the address", async () => {
  const next = user.nextUrl();
  const run = session.run("sudo -k; read -rsp 'Password: ' x", { wait_seconds: 3 });
  const url = new URL(await next);
  const ask = `exec 3<>/dev/tcp/127.0.0.1/${url.port}; printf 'GET ${url.pathname} HTTP/1.1\\r\\nHost: ${url.host}\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3`;
  const other = Bun.spawnSync([
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "bash",
    "-c",
    ask,
  ]);
  expect(other.stdout.toString()).toStartWith("HTTP/1.1 403");
  expect(other.stdout.toString()).not.toContain("Set-Cookie");
  expect((await fetch(url)).status).toBe(200);
  expect((await run).fields).toMatchObject({ state: "awaiting_input" });
  await session.interrupt();
});
