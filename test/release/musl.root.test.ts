import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { TempHome } from "../support/temp-home.ts";
import { buildRelease, pathOf, runIn, type Machine } from "./release-run.ts";

setDefaultTimeout(180_000);

/** musl and a libstdc++ for it, each to be laid over /lib; made by scripts/test where they can be had. */
const root = resolve(import.meta.dir, "../../.tools/musl-root");
const libc = join(root, "libc");
const libstdcxx = join(root, "libstdc++");
let folder = "";

beforeAll(() => {
  folder = buildRelease(["linux-x64-musl", "linux-x64-musl-baseline"]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[title: string, machine: Machine]>([
  ["linux-x64-musl", { hasAvx2: true, isMusl: true }],
  ["linux-x64-musl-baseline", { hasAvx2: false, isMusl: true }],
])("the installer brings %s to a machine with musl, where the demo passes", async (title, machine) => {
  await using temp = new TempHome();
  const done = await install(temp.home, machine, [libstdcxx, libc]);
  expect(done).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`${title}.tar.gz from`) });
  const demo = over([libstdcxx, libc], [join(temp.home, ".local/bin/mcp-ssh-interactive"), "demo"]);
  expect(await runIn(temp.home, demo)).toMatchObject({ exitCode: 0 });
});

test("where musl has no libstdc++ the installer says so, and installs nothing", async () => {
  await using temp = new TempHome();
  const done = await install(temp.home, { hasAvx2: true, isMusl: true }, [libc]);
  expect(done).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("apk add libstdc++") });
  expect(existsSync(join(temp.home, ".local"))).toBe(false);
});

function install(home: string, machine: Machine, layers: readonly string[]) {
  const command = ["sh", join(folder, "install.sh"), "--from", `file://${folder}`];
  return runIn(home, over(layers, command), { PATH: pathOf(home, machine) });
}

/** The command with these folders over /lib, for itself and what it starts alone. */
function over(layers: readonly string[], command: readonly string[]): string[] {
  const lib = realpathSync("/lib");
  const script = 'mount -t overlay none -o "lowerdir=$1:$2" "$2" && shift 2 && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", script, "sh", layers.join(":"), lib, ...command];
}
