import { join, resolve } from "node:path";

import { runProgram } from "../support/run-program.ts";

const programs = resolve(import.meta.dir, "../../.tools/mcp-clients/node_modules/.bin");

export type ClientRun = { readonly exitCode: number; readonly text: string };

/** Runs a program of clients/package.json in Bun; `text` is what it printed, its errors last. */
export async function runClient(
  program: "conformance" | "mcp-inspector",
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ClientRun> {
  const argv = [process.execPath, "--bun", join(programs, program), ...words];
  const { exitCode, stdout, stderr } = await runProgram(argv, { env: { ...env, NO_COLOR: "1" } });
  return { exitCode, text: stdout + stderr };
}
