import { join } from "node:path";

import { binary } from "../../test/binary/binary.ts";
import { TempHome } from "../../test/support/temp-home.ts";
import { measure, report } from "./lib/median.ts";

// From the start of the executable to its answers to `initialize` and `tools/list`, beside start and end of an empty
// compiled Bun binary in the same run: bun scripts/bench/startup.ts [ROUNDS]

const rounds = Number(process.argv[2] ?? 30);
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};
const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };

await using temp = new TempHome();
temp.writeConfig("connections:\n  web: {host: 127.0.0.1, user: nobody}\n");
const empty = buildEmpty();
const env = { HOME: temp.home, PATH: process.env["PATH"] ?? "" };

const times = await measure(rounds, {
  empty: async () => void (await Bun.spawn([empty], { env, stdin: "ignore", stdout: "ignore" }).exited),
  initialize: () => startAndAsk([initialize]),
  list: () => startAndAsk([initialize, list]),
});
report("empty binary, start to end", times.empty);
report("initialize answered", times.initialize, { ms: times.empty, most: "at most 8, wanted 5" });
report("tools/list answered", times.list, { ms: times.empty, most: "no limit" });

/** Returns at the last answer; the server is ended by the kernel, since its own end is not measured. */
async function startAndAsk(messages: readonly unknown[]): Promise<void> {
  const child = Bun.spawn([binary], { env, stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  for (const message of messages) {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    void child.stdin.flush();
    for (let ended = false; !ended;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the server ended without an answer");
      ended = value.at(-1) === 0x0a;
    }
  }
  child.kill("SIGKILL");
}

function buildEmpty(): string {
  const source = temp.write("empty.ts", "export {};\n");
  const outfile = join(temp.home, "empty");
  const flags = ["--compile", "--minify", "--bytecode", "--format=esm", "--compile-jit-policy=4"];
  const argv = [process.execPath, "build", ...flags, `--outfile=${outfile}`, source];
  const { success, stderr } = Bun.spawnSync(argv, { cwd: temp.home });
  if (!success) throw new Error(`the build failed: ${stderr.toString()}`);
  return outfile;
}
