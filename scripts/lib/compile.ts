/** Nothing of the folder that the program is started in may change it, hence the switched-off loading. */
export const compileFlags = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
  "--splitting",
  "--compile-jit-policy=4",
];

export type CompileRequest = {
  /** The folder with package.json, tsconfig.json and src/. */
  readonly root: string;
  readonly entry: string;
  /** Its name enters the executable, so that two builds are the same only under the same name. */
  readonly outfile: string;
  readonly more?: readonly string[];
};

/** False when it failed; Bun's words are on stderr then. */
export function compile({ root, entry, outfile, more = [] }: CompileRequest): boolean {
  const command = [process.execPath, "build", ...compileFlags, ...more, `--outfile=${outfile}`, entry];
  const result = Bun.spawnSync(command, { cwd: root, stdout: "pipe", stderr: "pipe" });
  if (!result.success) console.error(`${result.stdout.toString()}${result.stderr.toString()}`);
  return result.success;
}
