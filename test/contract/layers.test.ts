import { describe, expect, test } from "bun:test";

import { findImportFaults } from "./import-faults.ts";
import { architecture } from "./layers.ts";
import { readTree } from "./tree.ts";

test("src/ keeps to the layers, the packages to their owners, and no files import in a circle", () => {
  const sources = readTree("src");
  expect(sources.size).toBeGreaterThan(0);
  expect(findImportFaults(sources, architecture)).toEqual([]);
});

test("every package of package.json has an owner", async () => {
  const { dependencies } = await import("../../package.json");
  expect(Object.keys(architecture.packages).sort()).toEqual(Object.keys(dependencies).sort());
});

describe("the check itself", () => {
  test.each<[fault: string, files: Record<string, string>, expected: string[]]>([
    [
      "an import against the order",
      { "base/a.ts": `import { b } from "../tmux/b.ts"; b();`, "tmux/b.ts": `export const b = () => 1;` },
      ["base/a.ts: base may not import tmux (tmux/b.ts)"],
    ],
    [
      "an import between neighbours by import()",
      { "ssh/a.ts": `export const a = () => import("../tmux/b.ts");`, "tmux/b.ts": `export const b = 1;` },
      ["ssh/a.ts: ssh may not import tmux (tmux/b.ts)"],
    ],
    [
      "a re-export against the order",
      { "screen/a.ts": `export * from "../state/b.ts";`, "state/b.ts": `export const b = 1;` },
      ["screen/a.ts: screen may not import state (state/b.ts)"],
    ],
    [
      "a folder that is no layer",
      { "utils/a.ts": "export const a = 1;" },
      ["utils/a.ts: utils is not a layer"],
    ],
    [
      "a package away from its owner",
      { "tmux/a.ts": `import { z } from "zod/mini"; z();` },
      ["tmux/a.ts: package zod belongs to server/ config/ state/ policy/"],
    ],
    [
      "a scoped package away from its owner",
      { "cli/serve.ts": `import { Server } from "@modelcontextprotocol/sdk/server/index.js"; Server;` },
      ["cli/serve.ts: package @modelcontextprotocol/sdk belongs to server/"],
    ],
    [
      "a package without owner",
      { "cli/a.ts": `import chalk from "chalk"; chalk;` },
      ["cli/a.ts: package chalk has no owner in layers.ts"],
    ],
    [
      "a system module in a pure layer",
      { "screen/a.ts": `import { readFileSync } from "node:fs"; readFileSync;` },
      ["screen/a.ts: screen is pure and may not import node:fs"],
    ],
    [
      "a computed import",
      { "cli/a.ts": "export const a = (name: string) => import(name);" },
      ["cli/a.ts: import() of a computed path"],
    ],
    [
      "a file outside src/",
      { "config/a.ts": `import pkg from "../../package.json" with { type: "json" }; pkg;` },
      ["config/a.ts: package.json is outside src/"],
    ],
    [
      "a circle within one layer",
      {
        "base/a.ts": `import { b } from "./b.ts"; export const a = b;`,
        "base/b.ts": `import { c } from "./c.ts"; export const b = c;`,
        "base/c.ts": `import { a } from "./a.ts"; export const c = a;`,
      },
      ["import cycle: base/a.ts → base/b.ts → base/c.ts → base/a.ts"],
    ],
  ])("finds %s", (_fault, files, expected) => {
    expect(findImportFaults(new Map(Object.entries(files)), architecture)).toEqual(expected);
  });

  test("lets type-only imports cross every border, in a circle too", () => {
    const files = {
      "base/a.ts": `import type { B } from "../tmux/b.ts"; export type A = B;`,
      "tmux/b.ts": `import { type A } from "../base/a.ts"; export type { C } from "../cli/c.ts"; export type B = A;`,
      "cli/c.ts": `import type { z } from "zod"; export type C = z.ZodType;`,
    };
    expect(findImportFaults(new Map(Object.entries(files)), architecture)).toEqual([]);
  });
});
