import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { AskedUser, pageClient } from "../support/asked-user.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type McpServer } from "../support/mcp-server.ts";
import { hasBrowser, PageBrowser } from "../support/page-browser.ts";
import { until } from "../support/private-tmux.ts";
import { describeWhere } from "../support/test-where.ts";

setDefaultTimeout(90_000);

const secret = "plum-Kettle-93";
const asks = `read -rsp 'Password: ' x; test "$x" = ${secret.split("").join('""')} && echo right`;
let sshd: LoopbackSshd;
let home: McpHome;
let server: McpServer;
let user: AskedUser;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  const locked = join(sshd.folder, "locked-client-key");
  copyFileSync(sshd.clientKey, locked);
  Bun.spawnSync(["ssh-keygen", "-q", "-p", "-P", "", "-N", secret, "-f", locked]);
  home.writeConnections(
    McpHome.connection("lo", sshd),
    McpHome.connection("locked", { ...sshd, clientKey: locked }, ["passphrase: {ask: true}"]),
  );
  server = await home.start({ client: pageClient });
  user = new AskedUser(server);
  await server.call("open_connection", { connection_config_name: "lo", session_name: "web" });
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

afterEach(async () => {
  user.answer = "accept";
  await server.call("interrupt_command", { session_name: "web", wait_seconds: 10 });
});

function run(command: string, wait_seconds = 20, from = server) {
  return from.call("execute_command", { session_name: "web", command, wait_seconds });
}

/** As a browser does it. */
async function answer(url: string, text: string): Promise<string> {
  const cookie = ((await fetch(url)).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const headers = { cookie, origin: new URL(url).origin };
  const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams({ answer: text }) });
  return response.text();
}

test("the user answers on the page, and the call returns with what came of it, the secret in no record", async () => {
  const next = user.nextUrl();
  const result = run(asks);
  expect(await answer(await next, secret)).toContain("The answer was taken");
  const { fields, text } = await result;
  expect(fields).toMatchObject({
    exit_code: 0,
    state: "idle",
    output: "Password: right",
    ended_by: "command_ended",
  });
  expect(fields["message"]).toStartWith("the user answered it; exited 0");
  expect(user.words.at(-1)).toStartWith("Session web waits for an answer that the agent must not see.");
  expect(text).not.toContain(secret);
  for (const name of readdirSync(join(home.root, "logs")))
    expect(readFileSync(join(home.root, "logs", name), "latin1")).not.toContain(secret);
  expect(server.stderr).toBe("");
  const said = await run(`printf '%s\\n' ${secret.slice(0, 4)}''${secret.slice(4)}`);
  expect(said.fields["output"]).toBe("•••");
});

test("a passphrase that is to be asked for comes from the page, and the login goes on", async () => {
  const next = user.nextUrl();
  const opening = server.call("open_connection", { connection_config_name: "locked", session_name: "deep" });
  await answer(await next, secret);
  expect((await opening).fields).toMatchObject({ success: true, state: "idle", session_name: "deep" });
  await server.call("close_connection", { session_name: "deep", force: true });
});

test("a call that does not wait leaves the page open; the next one waits for it and does not ask again", async () => {
  const next = user.nextUrl();
  const first = await run(asks, 1);
  const url = await next;
  expect(first.fields["state"]).toBe("awaiting_input");
  expect(first.fields["next"]).toStartWith(
    "the user was asked for it on a page of their own; get_terminal_output",
  );
  const count = user.urls.length;
  const later = server.call("get_terminal_output", { session_name: "web", wait_seconds: 30 });
  await answer(url, secret);
  const { fields } = await later;
  expect(fields["state"]).toBe("idle");
  expect(fields["output"]).toContain("right");
  expect(user.urls.length).toBe(count);
});

test("a user who declines is not asked again for the same question, and its page is gone", async () => {
  user.answer = "decline";
  const first = await run(asks, 20);
  expect(first.fields["state"]).toBe("awaiting_input");
  expect(first.fields["next"]).toContain("mcp-ssh-interactive answer web");
  const count = user.urls.length;
  expect(
    await fetch(user.urls.at(-1) ?? "").then(
      () => "open",
      () => "closed",
    ),
  ).toBe("closed");
  await server.call("get_terminal_output", { session_name: "web", wait_seconds: 2 });
  expect(user.urls.length).toBe(count);
});

test("a question that went away takes its page with it, and the call tells what there is instead", async () => {
  const next = user.nextUrl();
  const pidFile = join(sshd.folder, "asker");
  const asker = `trap "stty echo; exit" USR1; echo $$ >${pidFile}; stty -echo; printf "Password: "; read -r x`;
  const result = run(`sh -c '${asker}'; echo gone`, 40);
  const url = await next;
  const startedAtMs = performance.now();
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGUSR1");
  const { fields } = await result;
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  expect(fields).toMatchObject({ state: "idle", output: "Password: gone" });
  expect(fields["message"]).toStartWith("exited 0");
  await until(
    "the page to be gone",
    () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    5_000,
  );
});

test.each([
  ["a client without pages", { client: {} }],
  ["a client whose forms alone are there", { client: { capabilities: { elicitation: { form: {} } } } }],
  ["a server over ssh", { client: pageClient, env: { SSH_CONNECTION: "10.0.0.2 1 10.0.0.1 22" } }],
])("%s is told of a human as before", async (_title, options) => {
  const other = await home.start(options);
  const asked = "capabilities" in options.client ? new AskedUser(other) : undefined;
  const { fields } = await run(asks, 20, other);
  expect(fields["next"]).toContain("a human answers it, unseen by you: mcp-ssh-interactive answer web");
  expect(asked?.urls ?? []).toEqual([]);
});

describeWhere(hasBrowser, "Chromium", "in Chromium", () => {
  let browser: PageBrowser;

  beforeAll(async () => {
    browser = await PageBrowser.start();
  });

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
  });

  test("the page is answered by keyboard alone, and fits a phone", async () => {
    const next = user.nextUrl();
    const result = run(asks, 40);
    const page = await browser.open(await next, 360);
    expect(await page.evaluate("document.scrollingElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(await page.evaluate("document.activeElement.id")).toBe("answer");
    await page.reload();
    await page.keyboard.type("wrong");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Answer");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type(secret);
    await page.keyboard.press("Enter");
    await page.getByText("The answer was taken").waitFor();
    expect((await result).fields).toMatchObject({ exit_code: 0, output: "Password: right" });
  });

  test("a page of another origin can neither frame it nor send the form", async () => {
    const next = user.nextUrl();
    const result = run(asks, 8);
    const url = await next;
    const page = await browser.open(url);
    await using evil = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(
          `<iframe src="${url}"></iframe><form method="post" action="${url}"><input name="answer" value="stolen"><button>go</button></form>`,
          { headers: { "content-type": "text/html" } },
        ),
    });
    const foreign = await browser.open(`http://127.0.0.1:${evil.port}/`);
    expect(await foreign.frames()[1]?.locator("form").count()).toBe(0);
    await foreign.getByText("go").click();
    await foreign.getByText("The answer came from another page").waitFor();
    await page.getByText("Do not answer").click();
    await page.getByText("Nothing was answered").waitFor();
    expect((await result).fields).toMatchObject({ state: "awaiting_input" });
  });
});
