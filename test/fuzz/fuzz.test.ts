import { expect, test } from "bun:test";
import { join } from "node:path";

const program = join(import.meta.dir, "..", "..", "scripts", "bench", "fuzz.ts");

test("no made-up input breaks, stops or fills what reads hosts, clients and files", async () => {
  const child = Bun.spawn([process.execPath, program, "--inputs", "12000", "--seed", "7"], {
    stdout: "pipe",
  });
  const said = await new Response(child.stdout).text();
  expect(said).toContain("\n0 violations, ");
  expect(await child.exited).toBe(0);
}, 120_000);
