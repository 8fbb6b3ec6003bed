import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { fillTables } from "../../scripts/lib/readme.ts";
import { exitMeanings } from "../../src/cli/command.ts";
import { guideFor } from "../../src/config/key-guide.ts";
import { connectionShape, settingsShape } from "../../src/config/schema.ts";
import { fileReaders } from "../../src/policy/file-readers.ts";
import { machineReaders } from "../../src/policy/machine-readers.ts";
import { serviceReaders } from "../../src/policy/service-readers.ts";
import { countLines } from "./file-faults.ts";
import { differences, readTroubles, thinThreats } from "./readme-faults.ts";
import { checkout, readFile, readTree } from "./tree.ts";

test("README.md has at most 400 lines", () => {
  expect(countLines(readFile("README.md"))).toBeLessThanOrEqual(400);
});

test("the tables of README.md are what scripts/lib/readme.ts writes", () => {
  const readme = readFile("README.md");
  expect(readme).toBe(fillTables(readme));
});

test("each key of the configuration has a meaning for README.md", () => {
  const keys = [...Object.keys(connectionShape), ...Object.keys(settingsShape)];
  expect(keys.filter((key) => guideFor(key).meaning === "")).toEqual([]);
});

test("README.md tells the exit codes that --help tells", () => {
  const codes = exitMeanings.map(([code, meaning]) => `${code} ${meaning}`);
  expect(readFile("README.md")).toContain(`Exit codes: ${codes.join(" · ")}.`);
});

test("README.md lists the commands that only read", () => {
  const names = Object.keys({ ...fileReaders, ...machineReaders, ...serviceReaders });
  const listed =
    /each command of it is one of these[^>]*> (.*)/.exec(readFile("README.md"))?.[1]?.split(" ") ?? [];
  expect(differences(listed, names)).toEqual([]);
});

test("the troubles in README.md name checks of doctor and error codes that there are", () => {
  const { checks, codes } = readTroubles(readFile("README.md"));
  const checkers = [...readTree("src/cli/doctor").values(), readFile("src/ssh/attempt-checks.ts")].join();
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.filter((name) => !checkers.includes(`"${name}"`))).toEqual([]);
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !readFile("src/base/user-error.ts").includes(`"${code}"`))).toEqual([]);
});

test("the files and folders that README.md points to exist", () => {
  const paths = Array.from(
    readFile("README.md").matchAll(/[`(]((?:src|test|scripts)\/[\w./-]+)[`)]/g),
    ([, path]) => path ?? "",
  );
  const missing = paths.filter((path) => !existsSync(join(checkout, path)));
  expect(missing).toEqual([]);
});

test("each row of README.md's table of faults names a test that there is, and there are at most 14", () => {
  const files = new Set([...readTree("test/sessions").keys(), ...readTree("test/unit/sessions").keys()]);
  const [, section = ""] = readFile("README.md").split("## What happens when\n");
  const rows = section
    .split("\n## ", 1)
    .join()
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2);
  const tests = rows.map((row) => /`([\w.-]+\.test\.ts)` +\|$/.exec(row)?.[1] ?? row);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.length).toBeLessThanOrEqual(14);
  expect(tests.filter((name) => !files.has(name))).toEqual([]);
});

test("every threat in README.md has what stops it and a test that shows it, at most 30 of them", () => {
  const readme = readFile("README.md");
  expect(thinThreats(readme)).toEqual([]);
  const [, table = ""] = readme.split("### Threats\n");
  expect(table.split("\n## ", 1).join("").split("\n| ").length - 3).toBeLessThanOrEqual(30);
});

describe("the check itself", () => {
  test("finds a table that is not as it was written, and one that is gone", () => {
    const readme = fillTables(readFile("README.md"));
    expect(fillTables(readme.replace("| `send_input` ", "| `send_text`  "))).toBe(readme);
    expect(fillTables(readme.replace(/^\| `watch` .*\n/m, ""))).toBe(readme);
    expect(() => fillTables(readme.replace("| key of `settings` ", "| setting "))).toThrow(
      "one table of: key of `settings`",
    );
  });

  test("reads error codes on the left of a trouble, checks on its right", () => {
    const troubles =
      "## Troubleshooting\n\n| symptom | check |\n| `TWO_A`, odd | `doctor NAME`: `three_b`, `four` |\n";
    expect(readTroubles(troubles)).toEqual({ codes: ["TWO_A"], checks: ["three_b", "four"] });
  });

  test("finds a threat without a test, and a table that is gone", () => {
    const table =
      "## Security model\n\n### Threats\n\n| a | b | c | d |\n| --- | --- | --- | --- |\n| one | x | `test/a.test.ts` | |\n| two | x | y | z |\n";
    expect(thinThreats(table)).toEqual(["two"]);
    expect(thinThreats("## Security model\n")).toEqual(["there is no table of threats"]);
  });

  test("finds what is missing on either side", () => {
    expect(differences(["a", "b"], ["b", "c"])).toEqual([
      "README.md lacks c",
      "README.md names a, which does not exist",
    ]);
  });
});
