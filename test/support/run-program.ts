export type ProgramRun = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

type RunOptions = {
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** One that has not ended by then is killed, outright where `killSignal` says so. */
  readonly timeoutMs?: number;
  readonly killSignal?: "SIGKILL";
};

/** Runs a program without input to its end; this process goes on meanwhile, since it may be what the program asks. */
export async function runProgram(
  argv: readonly string[],
  { env, cwd, timeoutMs, killSignal }: RunOptions,
): Promise<ProgramRun> {
  const child = Bun.spawn([...argv], {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(killSignal === undefined ? {} : { killSignal }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}
