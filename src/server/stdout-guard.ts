const printing = ["log", "info", "debug", "dir", "dirxml", "table", "group", "groupCollapsed", "count"] as const;

/**
 * From now on what any code prints goes to stderr: stdout belongs to JSON-RPC. The sink that we write to must have
 * been taken before. Never undone, since merely looking at `process.stdout` costs a fifth of the start.
 */
export function guardStdout(): void {
  Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });
  for (const name of printing) console[name] = (...values: unknown[]) => console.error(...values);
  console.write = (...values) => (process.stderr.write(values.map(String).join("")) ? 1 : 0);
}
