import { MemoryBound } from "../../../src/platform/memory-bound.ts";
import { serveMcp } from "../../../src/server/serve.ts";
import type { Call } from "../../../src/sessions/outcome.ts";
import { fakeService, outcome } from "./fake-service.ts";

// The server over this process's pipes, with a session whose commands are orders to the fake:
// `seen` (the commands before it), `wait MS`, `wait MS stubborn` (does not heed its abort), `big CHARS`, `print`, `crash`.

const ending = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => ending.abort());

const seen: string[] = [];

await serveMcp({
  service: async () =>
    fakeService({
      execute: async ({ command }, call) => {
        const [order, amount, manner] = command.split(" ");
        if (order === "wait") await pause(Number(amount), manner === "stubborn" ? undefined : call);
        if (order === "print") printEverywhere();
        if (order === "crash") throw new Error("secret internals");
        const output = order === "big" ? "x".repeat(Number(amount)) : order === "seen" ? seen.join("\n") : "";
        seen.push(command);
        return outcome({
          command,
          output,
          totalLines: output.split("\n").length,
          exitCode: 0,
          endedBy: "command_ended",
        });
      },
    }),
  settings: process.env["FIXTURE_RESULTS"] === "text" ? { results: "text" } : {},
  version: "0.0.0",
  memory: new MemoryBound(),
  hasLocalBrowser: true,
  log: (line) => process.stderr.write(`log: ${line}\n`),
  signal: ending.signal,
});
process.stderr.write("served\n");
process.exit(0);

function printEverywhere(): void {
  console.log("printed by console.log");
  console.info("printed by console.info");
  console.table([1]);
  console.write("printed by console.write\n");
  process.stdout.write("printed by process.stdout\n");
}

/** Resolves after the time; with a call, rejects when it is aborted, and says so on stderr. */
function pause(ms: number, call: Call | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    call?.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      process.stderr.write("aborted\n");
      reject(new Error("aborted"));
    });
  });
}
