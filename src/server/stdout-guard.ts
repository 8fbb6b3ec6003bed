const printing = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "group",
  "groupCollapsed",
  "count",
] as const;

/** From now on what any code prints through `console` goes to stderr, since stdout belongs to JSON-RPC. */
export function guardConsole(): void {
  for (const name of printing) console[name] = (...values: unknown[]) => console.error(...values);
  console.write = (...values) => (process.stderr.write(values.map(String).join("")) ? 1 : 0);
}

/** The same for `process.stdout`; apart, since Bun takes 4 ms to make the stream that is replaced. */
export function guardProcessStdout(): void {
  Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });
}
