import { resolve } from "node:path";

import { z } from "zod";

import { binary } from "../binary/binary.ts";
import { runProgram } from "./run-program.ts";

const check = z.object({
  connection: z.string().optional(),
  name: z.string(),
  host: z.string().optional(),
  verdict: z.enum(["ok", "warn", "fail"]),
  fact: z.string(),
  fix: z.string().optional(),
});
const report = z.object({ healthy: z.boolean(), mended: z.array(z.string()), checks: z.array(check) });

export type Check = z.infer<typeof check>;

export type DoctorReport = z.infer<typeof report> & { readonly exitCode: number; readonly stderr: string };

const noLocksScript = resolve(import.meta.dir, "no-locks.ts");

type Environment = Readonly<Record<string, string>>;

/** Runs `doctor … --json` of the executable to its end. */
export function runDoctor(env: Environment, ...args: readonly string[]): Promise<DoctorReport> {
  return reportOf([binary, "doctor", "--json", ...args], env);
}

/** On a disk that takes no locks. */
export function runDoctorWithoutLocks(env: Environment): Promise<DoctorReport> {
  return reportOf([process.execPath, noLocksScript, "run", binary, "doctor", "--json"], env);
}

async function reportOf(argv: readonly string[], env: Environment): Promise<DoctorReport> {
  const { stdout, exitCode, stderr } = await runProgram(argv, { env, cwd: "/" });
  return { ...report.parse(JSON.parse(stdout)), exitCode, stderr };
}

/** What is not as it should be, of one check or of all. */
export function faultsOf({ checks }: DoctorReport, name?: string): Check[] {
  return checks.filter((each) => each.verdict !== "ok" && (name === undefined || each.name === name));
}

/** Runs a fix as a human would paste it into a shell; throws with its complaint. */
export function paste(command: string, env: Environment): void {
  const { exitCode, stderr } = Bun.spawnSync(["/bin/sh", "-c", command], {
    env: { ...env, PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
  });
  if (exitCode !== 0) throw new Error(`${command}: ${stderr.toString()}`);
}
