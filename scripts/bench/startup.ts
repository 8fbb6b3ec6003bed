import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Milliseconds from the start of the binary to the answer of `initialize`, beside start and end of an empty compiled
// binary in the same run. `bun scripts/bench/startup.ts [BINARY]`; without one, the server with a fake service.

const rounds = 30;
const root = join(import.meta.dir, "..", "..");
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
};

const folder = mkdtempSync(join(tmpdir(), "mcp-ssh-bench-"));
try {
  await compare(
    process.argv[2] ?? build("served", join(root, "test/unit/server/served-process.ts")),
    buildEmpty(),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(server: string, empty: string): Promise<void> {
  const times = { empty: [] as number[], initialize: [] as number[], list: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.empty.push(await timeEmpty(empty));
    const { initializeMs, listMs } = await timeServer(server);
    times.initialize.push(initializeMs);
    times.list.push(listMs);
  }
  const floor = median(times.empty);
  const first = median(times.initialize);
  console.log(`empty binary, start to end        ${floor.toFixed(1)} ms`);
  console.log(`initialize answered               ${first.toFixed(1)} ms`);
  console.log(`tools/list answered               ${median(times.list).toFixed(1)} ms`);
  console.log(`ratio                             ${(first / floor).toFixed(1)} (at most 8, wanted 5)`);
}

async function timeEmpty(binary: string): Promise<number> {
  const started = performance.now();
  await Bun.spawn([binary], { stdin: "ignore", stdout: "ignore" }).exited;
  return performance.now() - started;
}

async function timeServer(binary: string): Promise<{ initializeMs: number; listMs: number }> {
  const started = performance.now();
  const child = Bun.spawn([binary], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  const reader = child.stdout.getReader();
  child.stdin.write(`${JSON.stringify(initialize)}\n`);
  void child.stdin.flush();
  await readLine(reader);
  const initializeMs = performance.now() - started;
  child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" })}\n`);
  void child.stdin.flush();
  await readLine(reader);
  const listMs = performance.now() - started;
  void child.stdin.end();
  await child.exited;
  return { initializeMs, listMs };
}

async function readLine(reader: {
  read(): Promise<{ value?: Uint8Array | undefined; done: boolean }>;
}): Promise<void> {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the server ended without an answer");
    if (value?.at(-1) === 0x0a) return;
  }
}

function buildEmpty(): string {
  const source = join(folder, "empty.ts");
  writeFileSync(source, "export {};\n");
  return build("empty", source);
}

function build(name: string, source: string): string {
  const outfile = join(folder, name);
  const flags = ["--compile", "--minify", "--bytecode", "--format=esm", "--compile-jit-policy=4"];
  const autoload = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  const argv = [process.execPath, "build", ...flags, ...autoload, `--outfile=${outfile}`, source];
  const { success, stderr } = Bun.spawnSync(argv, { cwd: root });
  if (!success) throw new Error(`the build failed: ${stderr.toString()}`);
  return outfile;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}
