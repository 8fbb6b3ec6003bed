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

/** The shells of this machine that our integration is for. */
export function installedShells(): TestShell[] {
  return [
    find("bash", ["bash"], { marksBegin: true, marksMore: true }),
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
  const path = locateProgram(program, searchPath);
  return path === undefined ? undefined : { name, argv: [path, ...rest, "-l"], ...marks };
}
