import { binary } from "./binary.ts";

export type BinaryRun = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

const systemPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/** A start that goes wrong by not ending is killed, and shows as exit code 137. */
const timeoutMs = 15_000;

/** Runs the executable with no input to its end; `env` is its whole environment. */
export async function runBinary(
  args: readonly string[],
  { env = { PATH: systemPath }, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<BinaryRun> {
  const child = Bun.spawn([binary, ...args], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}
