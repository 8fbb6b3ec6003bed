import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

let sshd: LoopbackSshd;
let home: McpHome;
let device: string | undefined;
const logs = () => join(home.root, "logs");

/** As the usual disk of macOS, exFAT keeps the spelling of a name and takes any. Its driver is an ordinary program. */
const canFold = Bun.which("mkfs.exfat") !== null && Bun.which("mount.exfat-fuse") !== null;

beforeAll(async () => {
  sshd = await startLoopbackSshd({ shell: "/bin/bash" });
  home = new McpHome();
  home.tempHome.writeConfig(`settings: {log_max_mb: 4}\nconnections:\n${McpHome.connection("lo", sshd)}`);
  if (canFold) mountFolding();
});
afterAll(async () => {
  home.tmux("kill-server");
  if (device !== undefined) {
    must("umount", "-l", logs());
    must("losetup", "--detach", device);
  }
  await home[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

function must(...argv: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString().trim();
}

function mountFolding(): void {
  const image = join(home.tempHome.home, "disk");
  writeFileSync(image, "");
  truncateSync(image, 64 << 20);
  must("mkfs.exfat", image);
  mkdirSync(logs(), { recursive: true });
  device = must("losetup", "--find", "--show", image);
  must("mount.exfat-fuse", "-o", "uid=0,umask=077", device, logs());
}

test.if(canFold)(
  "where Web.log and web.log are one file, a session of the one name goes on in the log of the other, and nothing is lost",
  async () => {
    const server = await home.start();
    const call = (name: string, session_name: string, more: Record<string, unknown> = {}) =>
      server.call(name, { session_name, ...more });
    const open = (name: string) => call("open_connection", name, { connection_config_name: "lo" });
    const flood = async (name: string, word: string, count: number) => {
      const command = `seq -f ${word}-%07.0f 1 ${count}; (exit 3)`;
      const { fields } = await call("execute_command", name, { command, wait_seconds: 40 });
      expect(fields).toMatchObject({ exit_code: 3, total_lines: count });
      expect(fields["bytes_missed"]).toBeUndefined();
      return fields;
    };
    const found = async (pattern: string) => (await call("search_output", "web", { pattern })).fields;
    expect((await open("Web")).fields).toMatchObject({ session_name: "Web", state: "idle" });
    const { command_id: first } = await flood("Web", "first", 150_000);
    await call("close_connection", "Web");
    expect(segments().length).toBeGreaterThan(1);
    expect((await open("web")).fields).toMatchObject({ session_name: "web", state: "idle" });
    const { command_id: second } = await flood("web", "second", 80_000);
    expect(second).not.toBe(first);
    expect(readdirSync(logs()).filter((name) => !name.startsWith("web."))).toEqual([]);
    const kept = segments();
    for (const [at, { start, size }] of kept.entries())
      expect(kept[at + 1]?.start ?? start + size).toBe(start + size);
    for (const [pattern, count] of [
      ["^first-0150000$", 1],
      ["^first-01[0-4]", 50_000],
      ["^second-", 80_000],
    ] as const)
      expect(await found(pattern)).toMatchObject({ total_matches: count });
    expect((await found("^first-0150000$"))["matches"]).toMatchObject([{ command_id: first }]);
  },
);

/** By their places. */
function segments(): { readonly start: number; readonly size: number }[] {
  return readdirSync(logs())
    .filter((name) => /\.log\.\d{20}$/.test(name))
    .toSorted()
    .map((name) => ({ start: Number(name.slice(-20)), size: statSync(join(logs(), name)).size }));
}
