import { describe, expect, test } from "bun:test";

import { countLines, findFileFaults, type SourceFile } from "./file-faults.ts";
import { readFile, readTree } from "./tree.ts";

const folders = ["src", "test", "scripts", ".ci"];
const singles = ["README.md", "CHANGELOG.md", "package.json", "bun.lock", "bunfig.toml", "tsconfig.json"];

test("every file keeps to the rules of the house", () => {
  expect(findFileFaults(allFiles())).toEqual([]);
});

test("half of the files of src/ have fewer than 90 lines", () => {
  const lines = [...readTree("src").values()].map(countLines).sort((a, b) => a - b);
  expect(lines[Math.floor(lines.length / 2)]).toBeLessThan(90);
});

describe("the check itself", () => {
  test.each<[fault: string, path: string, text: string, expected: string]>([
    ["a long file", "src/base/a.ts", "// x\n".repeat(251), "251 lines, at most 250"],
    ["a name that says nothing", "src/tmux/utils.ts", "", "the name utils says nothing"],
    ["a folder that says nothing", "test/helpers/a.ts", "", "the name helpers says nothing"],
    ["a name in camel case", "src/tmux/controlClient.ts", "", "controlClient.ts is not kebab-case"],
    ["a default export", "src/tmux/a.ts", "export default 1;", "default export"],
    ["a default export by name", "src/tmux/a.ts", "const a = 1; export { a as default };", "default export"],
    ["a bare node module", "test/a.ts", `import { join } from "path"; join();`, `"path" without node:`],
    ["a bare type import", "src/ssh/a.ts", `import type { Stats } from "fs";`, `"fs" without node:`],
    [
      "console.log where the protocol speaks",
      "src/sessions/a.ts",
      "console.log(1);",
      "console.log: stdout belongs to the protocol",
    ],
    [
      "process.stdout where the protocol speaks",
      "src/server/a.ts",
      "process.stdout.write('');",
      "process.stdout: stdout belongs to the protocol",
    ],
    [
      "Bun.stdout outside the transport",
      "src/tmux/a.ts",
      "Bun.stdout.writer();",
      "Bun.stdout: stdout belongs to the protocol",
    ],
    [
      "a clock in a pure layer",
      "src/screen/a.ts",
      "export const now = () => Date.now();",
      "Date.now in a pure layer",
    ],
    [
      "a process in a pure layer",
      "src/base/a.ts",
      "export const a = () => process.env;",
      "process.env in a pure layer",
    ],
    [
      "a sleep",
      "test/tmux/a.test.ts",
      "await Bun.sleep(1_000);",
      "Bun.sleep(1000) waits for time, not for a condition",
    ],
    [
      "a sleep by hand",
      "test/tmux/a.test.ts",
      "await new Promise((resolve) => setTimeout(resolve, 200));",
      "setTimeout(resolve, 200) waits for time, not for a condition",
    ],
    [
      "a host in the lock file",
      "bun.lock",
      `"https://mirror.example/x.tgz"`,
      "https://mirror.example: the lock file names a host",
    ],
    [
      "a host in another lock file",
      "test/conformance/clients/bun.lock",
      `"https://mirror.example/x.tgz"`,
      "https://mirror.example: the lock file names a host",
    ],
    ["a registry", ".npmrc", `registry=https://registry.example.org/`, `registry.example.org is a registry`],
    ["a developer's path", "scripts/a", `cd /home/jane/src`, `/home/jane is a path of one machine`],
    [
      "a developer's path",
      "src/ssh/a.ts",
      `const a = "/work/main/x";`,
      `/work/main is a path of one machine`,
    ],
    ["a note to oneself", "src/ssh/a.ts", `// TODO later`, `TODO is left over`],
  ])("finds %s", (_fault, path, text, expected) => {
    expect(findFileFaults([{ path, text }])).toEqual([`${path}: ${expected}`]);
  });

  test("lets through what only looks like a fault", () => {
    const files: SourceFile[] = [
      { path: "src/tmux/a.ts", text: "// console.log is not for us\nexport const a = 1;" },
      { path: "src/cli/a.ts", text: "console.log(1);" },
      { path: "test/a.ts", text: "await Bun.sleep(10); setTimeout(stop, 20_000);" },
      { path: "test/fixtures/python-trees/Some_File.yml", text: "key_path: /home/jane/.ssh/id" },
    ];
    expect(findFileFaults(files)).toEqual([]);
  });
});

/** All but this file, which is full of faults for the check to find. */
function allFiles(): SourceFile[] {
  const inFolders = folders.flatMap((folder) =>
    [...readTree(folder)].map(([path, text]) => ({ path: `${folder}/${path}`, text })),
  );
  const all = [...inFolders, ...singles.map((path) => ({ path, text: readFile(path) }))];
  return all.filter(({ path }) => path !== "test/contract/files.test.ts");
}
