import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { ShellSession } from "../support/shell-session.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open();
});
afterAll(() => session[Symbol.asyncDispose]());

const call = (name: string, more: Record<string, unknown>) => session.server.call(name, more);

/** A disk that does not tell case apart has one file for both spellings, so no other may ever be made. */
test("a name opened again in another spelling goes on in the files that are kept, under their spelling", async () => {
  expect((await session.open("Web")).fields).toMatchObject({ session_name: "Web" });
  await call("execute_command", { session_name: "Web", command: "echo from-$((40+2))-first" });
  await call("close_connection", { session_name: "web" });
  expect((await session.open("web")).fields).toMatchObject({ session_name: "Web", state: "idle" });
  const run = await call("execute_command", { session_name: "wEB", command: "echo from-$((40+2))-second" });
  expect(run.fields).toMatchObject({ exit_code: 0, output: "from-42-second" });
  const search = { session_name: "web", pattern: "^from-42-(first|second)$" };
  expect((await call("search_output", search)).fields).toMatchObject({ total_matches: 2 });
  const files = readdirSync(join(session.home.root, "logs")).filter((name) => /^web\./i.test(name));
  expect(files.toSorted()).toEqual(["Web.commands.jsonl", "Web.log"]);
  await call("close_connection", { session_name: "web" });
  const shown = await runBinary(["log", "wEb"], { env: session.home.env });
  expect(shown.stdout).toContain("\nfrom-42-second\n");
});
