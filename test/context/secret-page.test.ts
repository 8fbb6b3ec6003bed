import { afterEach, expect, test } from "bun:test";

import { SecretPage } from "../../src/server/secret-page/secret-page.ts";
import type { HumanQuestion } from "../../src/sessions/human-question.ts";
import { until } from "../support/private-tmux.ts";

const typed: string[] = [];
let page: SecretPage | undefined;

afterEach(() => {
  page?.[Symbol.dispose]();
  typed.length = 0;
});

function question(fate: "accepted" | "again" = "accepted", line = "Password: "): HumanQuestion {
  return {
    sessionName: "web",
    place: { host: "10.0.0.1", user: "deploy", port: 22 },
    line,
    programs: ["bash"],
    asker: "hidden",
    answer: async (text) => {
      typed.push(text);
      return fate;
    },
    overtaken: () => new Promise(() => undefined),
  };
}

function openPage(asked = question()): SecretPage {
  page = new SecretPage(asked, async () => asked);
  return page;
}

async function visit(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: "manual" });
}

async function cookieOf(url: string): Promise<string> {
  const response = await visit(url);
  expect(response.status).toBe(200);
  return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

function post(url: string, cookie: string, body: string, origin = new URL(url).origin): Promise<Response> {
  const headers = { cookie, origin, "content-type": "application/x-www-form-urlencoded" };
  return fetch(url, { method: "POST", headers, body });
}

test("the first visit gets the form and a strict cookie of this path; nobody else gets in", async () => {
  const { url } = openPage();
  const first = await visit(url);
  expect(first.status).toBe(200);
  expect(first.headers.get("set-cookie")).toMatch(
    /^answer=[\w-]{32}; Path=\/[\w-]{32}; Max-Age=300; HttpOnly; SameSite=Strict$/,
  );
  const cookie = (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  expect((await visit(url, { cookie })).status).toBe(200);
  expect((await visit(url)).status).toBe(403);
  expect((await visit(url, { cookie: "answer=x" })).status).toBe(403);
  expect((await post(url, "", "answer=stolen")).status).toBe(403);
  expect(typed).toEqual([]);
});

test("a wrong address, host or origin gets nothing, not even the first visit", async () => {
  const { url } = openPage();
  const { origin, port } = new URL(url);
  for (const other of [origin, `${origin}/`, `${origin}/favicon.ico`, `${url}x`, `${url}/`])
    expect((await visit(other)).status).toBe(403);
  for (const host of [`localhost:${port}`, `rebound.example:${port}`, "127.0.0.1"])
    expect((await visit(url, { host })).status).toBe(403);
  const cookie = await cookieOf(url);
  for (const foreign of ["null", "http://evil.example", `http://localhost:${port}`, "http://127.0.0.1:1"])
    expect((await post(url, cookie, "answer=x", foreign)).status).toBe(403);
  expect((await fetch(url, { method: "PUT", headers: { cookie, origin } })).status).toBe(405);
  expect(typed).toEqual([]);
});

test("no answer of the page may be kept, framed, sniffed or given scripts", async () => {
  const { url } = openPage();
  for (const response of [await visit(url), await visit(url)]) {
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
  }
});

test("the host's words are shown as text and on one line", async () => {
  const { url } = openPage(question("accepted", "<script>alert(1)</script>\u001b[2J'\"&"));
  const html = await (await visit(url)).text();
  expect(html).not.toContain("<script");
  expect(html).toContain("&#60;script&#62;alert(1)&#60;/script&#62;␛[2J&#39;&#34;&#38;");
});

test("an answer goes to the session once; then the page is over and its port closed", async () => {
  const opened = openPage();
  const cookie = await cookieOf(opened.url);
  const response = await post(opened.url, cookie, `do=answer&answer=${encodeURIComponent("a+b c=ü")}`);
  expect(await response.text()).toContain("The answer was taken");
  expect(typed).toEqual(["a+b c=ü"]);
  expect(await opened.ended).toBe("answered");
  await until(
    "the port to be closed",
    () =>
      visit(opened.url).then(
        () => false,
        () => true,
      ),
    5_000,
  );
});

test("an answer that is empty, too long or no line is not typed; a refusal ends the page", async () => {
  const opened = openPage();
  const cookie = await cookieOf(opened.url);
  for (const answer of ["", "x".repeat(1_001), "two%0Alines", "%03"])
    expect((await post(opened.url, cookie, `answer=${answer}`)).status).toBe(400);
  expect((await post(opened.url, cookie, `answer=${"x".repeat(20_000)}`)).status).toBe(413);
  expect(typed).toEqual([]);
  const end = await post(opened.url, cookie, "do=refuse&answer=x");
  expect(await end.text()).toContain("Nothing was answered");
  expect(await opened.ended).toBe("refused");
  expect(typed).toEqual([]);
});

test("what was not accepted is asked again on the same page", async () => {
  const opened = openPage(question("again"));
  const cookie = await cookieOf(opened.url);
  const response = await post(opened.url, cookie, "answer=wrong");
  expect(await response.text()).toContain("The answer was not accepted");
  expect((await visit(opened.url, { cookie })).status).toBe(200);
});
