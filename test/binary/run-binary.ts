import { runProgram, type ProgramRun } from "../support/run-program.ts";
import { binary } from "./binary.ts";

const systemPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/** A start that goes wrong by not ending is killed, and shows as exit code 137. */
const timeoutMs = 15_000;

/** Runs the executable with no input to its end; `env` is its whole environment. */
export function runBinary(
  args: readonly string[],
  { env = { PATH: systemPath }, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<ProgramRun> {
  const where = cwd === undefined ? {} : { cwd };
  return runProgram([binary, ...args], { env, ...where, timeoutMs, killSignal: "SIGKILL" });
}
