import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import recorder from "../../src/tmux/scripts/recorder.sh" with { type: "text" };
import { testNumber, until } from "../support/private-tmux.ts";

const shells = [["/bin/sh"], ["/bin/dash"], ["/bin/bash"], ["/bin/busybox", "sh"]].filter(([path = ""]) =>
  existsSync(path),
);
const oddName = `we ird #{x} %H '"$ [a]* \\ \n é`;
const megabyte = 1 << 20;

for (const shell of shells) {
  describe(`under ${shell.join(" ")}`, () => {
    test("a log in a folder of any name gets every byte at once, and is ours alone", async () => {
      await using recording = new RecorderRun(shell, megabyte);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
      await recording.write(bytes);
      await until("the bytes", () => recording.log().equals(bytes));
      expect(statSync(recording.logFile).mode & 0o777).toBe(0o600);
      expect(await recording.end()).toBe(0);
      expect(recording.log().equals(bytes)).toBe(true);
    });

    test("2,000 small writes turn nothing over", async () => {
      await using recording = new RecorderRun(shell, megabyte);
      for (let index = 0; index < 2000; index++)
        await recording.write(Buffer.from(`${String(index).padStart(39, ".")}\n`));
      await recording.end();
      expect(recording.segments()).toEqual([]);
      expect(recording.log().length).toBe(80_000);
    });

    test("of a flood the newest four parts are kept, named by their offsets, without a gap", async () => {
      await using recording = new RecorderRun(shell, megabyte);
      const flood = numberedLines(0, 1_200_000);
      await recording.write(flood);
      expect(await recording.end()).toBe(0);
      const segments = recording.segments();
      expect(segments).toHaveLength(3);
      for (const { bytes } of segments) expect(bytes.length).toBeWithin(megabyte, megabyte + 65_536 + 1);
      expect(recording.kept().equals(flood.subarray(segments[0]?.offset))).toBe(true);
    });

    test("offsets go on beyond 2^33 and are never taken for octal numbers", async () => {
      const offset = 8_589_934_608;
      const folder = mkdtempSync(join(tmpdir(), "mcp-recorder-"));
      mkdirSync(join(folder, oddName));
      writeFileSync(join(folder, oddName, `one.log.${String(offset).padStart(20, "0")}`), "x".repeat(81));
      writeFileSync(join(folder, oddName, "one.log"), "y".repeat(120));
      await using recording = new RecorderRun(shell, 100, { folder });
      await recording.write(Buffer.from("z"));
      await recording.end();
      expect(recording.segments().map((segment) => segment.offset)).toEqual([offset, offset + 81]);
      expect(recording.log().toString()).toBe("z");
    });

    test("a log that is found is continued, and turned over when it is full", async () => {
      const folder = mkdtempSync(join(tmpdir(), "mcp-recorder-"));
      await using first = new RecorderRun(shell, 10_000, { folder });
      await first.write(Buffer.alloc(9_000, "a"));
      await first.end();
      await using second = new RecorderRun(shell, 10_000, { folder });
      await second.write(Buffer.alloc(2_000, "b"));
      await second.write(Buffer.from("c"));
      await second.end();
      expect(second.segments()).toHaveLength(1);
      expect(second.kept().toString()).toBe("a".repeat(9_000) + "b".repeat(2_000) + "c");
    });

    test("where the log cannot be written it reads on, and marks the gap when it can again", async () => {
      await using recording = new RecorderRun(shell, 100 * megabyte, { limitBytes: 65_536 });
      await recording.write(Buffer.alloc(60_000, "a"));
      await until("what fits", () => recording.log().length === 60_000);
      await recording.write(Buffer.alloc(100_000, "b"));
      await until("the failure", () => recording.isDraining());
      const before = recording.log().length;
      truncateSync(recording.logFile, 0);
      let written = 160_000;
      await until("the mark", async () => {
        await recording.write(Buffer.from("."));
        written++;
        return recording.log().includes("7711;gap");
      });
      await recording.write(Buffer.from("after"));
      expect(await recording.end()).toBe(0);
      const match = /^\x1b\]7711;gap;([0-9a-f]+);(\d+)\x1b\\(b*\.*)after$/.exec(recording.log().toString());
      expect(match?.[1]).toBe(testNumber);
      const missing = written - before - (match?.[3]?.length ?? 0);
      expect(Number(match?.[2])).toBeWithin(missing - 65_536, missing + 1);
    });

    test("a full log that cannot be moved away grows no further, and what came meanwhile is a gap", async () => {
      await using recording = new RecorderRun(shell, megabyte);
      const inTheWay = `${recording.logFile}.${"0".repeat(20)}`;
      mkdirSync(inTheWay);
      const flood = numberedLines(0, 400_000);
      await recording.write(flood);
      await until("the bound", () => recording.isDraining());
      const kept = recording.log().length;
      expect(kept).toBeWithin(megabyte, megabyte + 65_536 + 1);
      await recording.write(Buffer.alloc(megabyte, "x"));
      expect(recording.log().length).toBe(kept);
      expect(readdirSync(inTheWay)).toEqual([]);
      rmSync(inTheWay, { recursive: true });
      let written = flood.length + megabyte;
      await until("the mark", async () => {
        await recording.write(Buffer.from("."));
        written++;
        return recording.log().includes("7711;gap");
      });
      await recording.write(Buffer.from("after"));
      expect(await recording.end()).toBe(0);
      expect(recording.segments().map(({ offset, bytes }) => [offset, bytes.length])).toEqual([[0, kept]]);
      const match = /^\x1b\]7711;gap;[0-9a-f]+;(\d+)\x1b\\([^]*after)$/.exec(recording.log().toString());
      const missing = written + "after".length - kept - (match?.[2]?.length ?? 0);
      expect(Number(match?.[1])).toBe(missing + 1);
    });

    test.each(["folder", "link"])(
      "a link that takes the place of a %s under way is not followed",
      async (kind) => {
        const folder = mkdtempSync(join(tmpdir(), "mcp-recorder-"));
        const [logs = "", real = "", elsewhere = ""] = ["", ".real", ".elsewhere"].map((end) =>
          join(folder, oddName + end),
        );
        for (const path of [elsewhere, kind === "link" ? real : logs]) mkdirSync(path);
        if (kind === "link") symlinkSync(real, logs);
        await using recording = new RecorderRun(shell, megabyte, { folder });
        await recording.write(Buffer.from("before"));
        await until("the log", () => recording.log().toString() === "before");
        if (kind === "link") rmSync(logs);
        else renameSync(logs, real);
        symlinkSync(elsewhere, logs);
        await recording.write(Buffer.alloc(3 * megabyte, "x"));
        expect(await recording.end()).toBe(0);
        expect(readdirSync(elsewhere)).toEqual([]);
        expect(readdirSync(real).length).toBeGreaterThan(2);
      },
    );

    test("a folder that is gone and comes back is a gap", async () => {
      await using recording = new RecorderRun(shell, 100 * megabyte);
      await recording.write(Buffer.from("before"));
      await until("the log", () => recording.log().toString() === "before");
      rmSync(recording.logs, { recursive: true });
      // The round under way still has the old file; it ends after 64 pieces of at most 64 KiB.
      await recording.write(Buffer.alloc(70 * 65_536));
      await until("the failure", () => recording.isDraining());
      mkdirSync(recording.logs);
      await until("the mark", async () => {
        await recording.write(Buffer.from("."));
        return recording.log().includes(`\x1b]7711;gap;${testNumber};`);
      });
      expect(await recording.end()).toBe(0);
    });
  });
}

type RunOptions = { readonly folder?: string; readonly limitBytes?: number };

/** The recorder's script alone, fed by us as tmux would feed it. */
class RecorderRun implements AsyncDisposable {
  readonly folder: string;
  readonly logs: string;
  readonly logFile: string;
  readonly #child: Bun.Subprocess<"pipe", "ignore", "ignore">;

  constructor(shell: readonly string[], segmentBytes: number, options: RunOptions = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), "mcp-recorder-"));
    this.logs = join(this.folder, oddName);
    this.logFile = join(this.logs, "one.log");
    mkdirSync(this.logs, { recursive: true });
    writeFileSync(join(this.folder, "number"), testNumber);
    const limit =
      options.limitBytes === undefined ? "" : `trap '' XFSZ; ulimit -f ${options.limitBytes / 512}; `;
    const script = `set -- one ${segmentBytes} number\n${recorder}`;
    this.#child = Bun.spawn(["/bin/sh", "-c", `${limit}exec "$@"`, "sh", ...shell, "-c", script], {
      env: { PATH: "/usr/bin:/bin", MCP_SSH_LOGS: this.logs, MCP_SSH_RUNTIME: this.folder },
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#child.stdin.write(bytes);
    await this.#child.stdin.flush();
  }

  /** Whether it has given up writing for now: then it reads piece by piece. */
  isDraining(): boolean {
    return descendants(this.#child.pid).some((line) => line.startsWith("dd bs=65536 count=1 "));
  }

  async end(): Promise<number> {
    await this.#child.stdin.end();
    return await this.#child.exited;
  }

  log(): Buffer {
    return existsSync(this.logFile) ? readFileSync(this.logFile) : Buffer.alloc(0);
  }

  segments(): { readonly offset: number; readonly bytes: Buffer }[] {
    return readdirSync(this.logs)
      .filter((name) => /^one\.log\.\d{20}$/.test(name))
      .toSorted()
      .map((name) => ({
        offset: Number(name.slice("one.log.".length)),
        bytes: readFileSync(join(this.logs, name)),
      }));
  }

  /** All that is kept, in order; each part must begin where the one before ends. */
  kept(): Buffer {
    const segments = this.segments();
    for (const [index, { offset, bytes }] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined) expect(next.offset).toBe(offset + bytes.length);
    }
    return Buffer.concat([...segments.map(({ bytes }) => bytes), this.log()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The command lines of a process's children and theirs. */
function descendants(pid: number): string[] {
  const children = readProcess(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => {
    const line = readProcess(`/proc/${child}/cmdline`).replaceAll("\0", " ");
    return [line, ...descendants(child)];
  });
}

function readProcess(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function numberedLines(from: number, to: number): Buffer {
  const lines: string[] = [];
  for (let line = from; line < to; line++) lines.push(String(line).padStart(9, "0"));
  return Buffer.from(`${lines.join("\n")}\n`);
}
