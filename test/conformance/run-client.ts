import { join, resolve } from "node:path";

const programs = resolve(import.meta.dir, "../../.tools/mcp-clients/node_modules/.bin");

export type ClientRun = { readonly exitCode: number; readonly text: string };

/** Runs a program of clients/package.json in Bun; `text` is what it printed, its errors last. */
export async function runClient(
  program: "conformance" | "mcp-inspector",
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ClientRun> {
  const child = Bun.spawn([process.execPath, "--bun", join(programs, program), ...words], {
    env: { ...env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, text: stdout + stderr };
}
