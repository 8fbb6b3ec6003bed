import { afterAll, beforeAll, expect, test } from "bun:test";

import { version } from "../../package.json" with { type: "json" };
import { runBinary } from "../binary/run-binary.ts";

let server: Bun.Server<undefined>;
let asked: string[] = [];

beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      if (pathname === "/none") return new Response("none", { status: 404 });
      return Response.json({ tag_name: decodeURIComponent(pathname.slice(1)) });
    },
  });
});

afterAll(() => server.stop(true));

const check = (tag: string, ...flags: string[]) =>
  runBinary(["self-update", "--check", "--from", `http://127.0.0.1:${server.port}/${tag}`, ...flags]);

test("a newer release is told with the way to get it, and nothing else is asked of the network", async () => {
  asked = [];
  const { exitCode, stdout } = await check("v99.0.0");
  expect(exitCode).toBe(0);
  expect(stdout).toStartWith(`99.0.0 is out, this is ${version}: https://`);
  expect(asked).toEqual(["/v99.0.0"]);
});

test.each([`v${version}`, "v0.9.0", `v${version}-rc.1`])("%s is no newer release", async (tag) => {
  expect((await check(tag)).stdout).toBe(`${version} is the newest release\n`);
});

test("with --json both versions are told", async () => {
  const { stdout } = await check("v99.0.0", "--json");
  expect(JSON.parse(stdout)).toEqual({ version, latest: "99.0.0", newer: true });
});

test.each(["none", "v1", "v1.2.3%0A%1b[31m", "latest"])(
  "an answer that names no release is told: %s",
  async (tag) => {
    const { exitCode, stdout, stderr } = await check(tag);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the newest release cannot be told");
    expect(stderr).not.toContain("\u001b");
  },
);

test("without --check it says that it changes nothing", async () => {
  const { exitCode, stderr } = await runBinary(["self-update"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("self-update --check");
});
