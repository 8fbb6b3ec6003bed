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

/**
 * While it lasts, what any code prints goes to stderr: stdout belongs to JSON-RPC. The stream that we write to must
 * have been taken before.
 */
export function guardStdout(): Disposable {
  const stdout = Object.getOwnPropertyDescriptor(process, "stdout");
  Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });
  const originals = printing.map((name) => [name, console[name]] as const);
  for (const [name] of originals) console[name] = (...values: unknown[]) => console.error(...values);
  const { write } = console;
  console.write = (...values) => (process.stderr.write(values.map(String).join("")) ? 1 : 0);
  return {
    [Symbol.dispose]: () => {
      for (const [name, original] of originals) console[name] = original;
      console.write = write;
      if (stdout !== undefined) Object.defineProperty(process, "stdout", stdout);
    },
  };
}
