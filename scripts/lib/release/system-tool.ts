/** Runs a program of the system that packs; throws with its words when it fails or is missing. */
export function runTool(command: readonly string[], cwd: string): Uint8Array {
  const [program = ""] = command;
  if (Bun.which(program) === null)
    throw new Error(`${program} is needed to build a release; install it first`);
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const result = Bun.spawnSync([...command], { cwd, env, stdout: "pipe", stderr: "pipe" });
  if (!result.success) throw new Error(`${command.join(" ")} failed: ${result.stderr.toString()}`);
  return result.stdout;
}
