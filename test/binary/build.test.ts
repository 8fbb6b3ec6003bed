import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const buildScript = join(import.meta.dir, "../../scripts/lib/build.ts");
const name = "mcp-ssh-interactive";
let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "mcp-ssh-build-"));
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "bun.lock"), "");
  writeFileSync(join(root, "tsconfig.json"), "{}");
  writeFileSync(join(root, "package.json"), `{"version":"1.2.3","type":"module"}`);
  writeMain("console.log(version);");
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test("two builds at once both succeed, and leave one whole executable and nothing else", async () => {
  const outcomes = await Promise.all([runBuild(), runBuild()]);
  expect(outcomes).toEqual(["built", "built"]);
  expect(runBinary()).toBe("1.2.3\n");
  expect(readdirSync(join(root, "dist")).sort()).toEqual([`.${name}.stamp`, name]);
});

test("nothing is built while no source has changed, and the executable is built anew when one has", async () => {
  const before = statSync(binary()).ino;
  expect(await runBuild()).toBe("up to date");
  expect(statSync(binary()).ino).toBe(before);

  writeMain("console.log(`changed ${version}`);");
  expect(await runBuild()).toBe("built");
  expect(runBinary()).toBe("changed 1.2.3\n");
});

test("an executable that another hand has replaced is built anew", async () => {
  writeFileSync(binary(), "#!/bin/sh\necho other\n");
  expect(await runBuild()).toBe("built");
  expect(runBinary()).toBe("changed 1.2.3\n");
});

test("sources that do not compile fail the build, and the executable from before stays", async () => {
  writeMain("this is no program");
  expect(await runBuild()).toBe("failed");
  expect(runBinary()).toBe("changed 1.2.3\n");
  expect(readdirSync(join(root, "dist")).sort()).toEqual([`.${name}.stamp`, name]);
});

function writeMain(text: string): void {
  writeFileSync(join(root, "src/main.ts"), `import { version } from "../package.json";\n${text}\n`);
}

function binary(): string {
  return join(root, "dist", name);
}

function runBinary(): string {
  return Bun.spawnSync([binary()]).stdout.toString();
}

/** In a process of its own, since two builds of one process would follow each other. */
async function runBuild(): Promise<string> {
  const request = JSON.stringify({ root, entry: join(root, "src/main.ts"), folder: join(root, "dist") });
  const program = `import { build } from ${JSON.stringify(buildScript)}; console.log(build(${request}));`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "ignore" });
  return (await new Response(child.stdout).text()).trim();
}
