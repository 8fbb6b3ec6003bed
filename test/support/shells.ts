import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { locateProgram } from "../../src/platform/programs.ts";

/** `argv` runs it as a login shell; `marksBegin`: it tells a command's begin; `marksMore`: it tells that a command goes on. */
export type TestShell = {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly marksBegin: boolean;
  readonly marksMore: boolean;
};

const searchPath = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];

/**
 * The shells of this machine that our integration is for; other versions of them where MCP_TEST_SHELLS names some, as
 * `bash=/opt/bash-3.2/bin/bash fish=/opt/fish-4/bin/fish`.
 */
export function installedShells(): TestShell[] {
  return [
    find("bash", ["bash"], { marksBegin: bashHasPs0(), marksMore: true }),
    find("zsh", ["zsh"], { marksBegin: true, marksMore: true }),
    find("fish", ["fish"], { marksBegin: true, marksMore: false }),
    find("dash", ["dash"], { marksBegin: false, marksMore: true }),
    find("ash", ["busybox", "ash"], { marksBegin: false, marksMore: true }),
    find("ksh93", ["ksh93"], { marksBegin: false, marksMore: true }),
    find("mksh", ["mksh"], { marksBegin: false, marksMore: true }),
    find("tcsh", ["tcsh"], { marksBegin: true, marksMore: true }),
  ].filter((shell) => shell !== undefined);
}

/** At its first start in a home, fish reads all manual pages of the machine for a minute, unless these folders are there. */
export function spareFishManualPages(home: string): void {
  for (const folder of [".local/share", ".cache"])
    mkdirSync(join(home, folder, "fish/generated_completions"), { recursive: true });
}

/** Throws when it is not installed. */
export function shellNamed(name: string): TestShell {
  const shell = installedShells().find((each) => each.name === name);
  if (shell === undefined) throw new Error(`this test needs ${name}`);
  return shell;
}

function find(
  name: string,
  [program = "", ...rest]: readonly string[],
  marks: { readonly marksBegin: boolean; readonly marksMore: boolean },
): TestShell | undefined {
  const path = otherVersion(name) ?? locateProgram(program, searchPath);
  return path === undefined ? undefined : { name, argv: [path, ...rest, "-l"], ...marks };
}

function otherVersion(name: string): string | undefined {
  const entries = (process.env["MCP_TEST_SHELLS"] ?? "").split(/\s+/);
  return entries.find((entry) => entry.startsWith(`${name}=/`))?.slice(name.length + 1);
}

/** bash tells a command's begin by PS0, which it has since 4.4. */
function bashHasPs0(): boolean {
  const bash = otherVersion("bash");
  const script = "((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404))";
  return bash === undefined || Bun.spawnSync([bash, "-c", script]).exitCode === 0;
}
