import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { respellKept } from "../../../src/state/respell-kept.ts";

function tempFolder(...names: readonly string[]): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "mcp-respell-"));
  for (const name of names) writeFileSync(join(path, name), name);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const segment = `log.${"0".repeat(20)}`;

test("on a disk that tells case apart the files of another spelling are another session's", () => {
  const names = ["Web.log", `Web.${segment}`, "Web.commands.jsonl", "web.log", "webs.log", "Web.md"];
  using folder = tempFolder(...names);
  respellKept(folder.path, "web");
  respellKept(folder.path, "WEB");
  expect(readdirSync(folder.path).toSorted()).toEqual(names.toSorted());
});

test("what a process that died had put aside is put in its place, and takes the place of nothing", () => {
  using folder = tempFolder(`Web.${segment}.respelt`, "Web.log.respelt", "web.log");
  respellKept(folder.path, "web");
  expect(readdirSync(folder.path).toSorted()).toEqual(["Web.log.respelt", "web.log", `web.${segment}`]);
  expect(readFileSync(join(folder.path, "web.log"), "utf8")).toBe("web.log");
});
