import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { runProgram } from "../support/run-program.ts";

const checkout = resolve(import.meta.dir, "../..");

/** A release of these targets in a folder of its own, little compressed. */
export function buildRelease(targets: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ssh-release-"));
  const words = targets.flatMap((target) => ["--target", target]);
  const script = join(checkout, "scripts/lib/release/release.ts");
  const { success, stderr } = Bun.spawnSync([process.execPath, script, "--quick", "--out", folder, ...words]);
  if (!success) throw new Error(stderr.toString());
  return folder;
}

/** The sums of SHA256SUMS by file name. */
export function readSums(folder: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(folder, "SHA256SUMS"), "utf8").trim().split("\n");
  return new Map(lines.map((line): [string, string] => [line.slice(66), line.slice(0, 64)]));
}

/** What a command said and how it ended. */
export function runIn(home: string, command: readonly string[], env: Record<string, string> = {}) {
  const own = { HOME: home, PATH: process.env["PATH"] ?? "" };
  return runProgram(command, { cwd: home, env: { ...own, ...env }, timeoutMs: 150_000 });
}

/** What lets install.sh find itself on another machine than this one. */
export type Machine = { readonly hasAvx2: boolean; readonly isMusl?: boolean };

/** A PATH whose first folder, in `home`, tells of such a machine. */
export function pathOf(home: string, { hasAvx2, isMusl = false }: Machine): string {
  const folder = join(home, "other-machine");
  mkdirSync(folder, { recursive: true });
  const write = (tool: string, ...lines: readonly string[]) =>
    writeFileSync(join(folder, tool), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  const answer = `case "$*" in *avx2*) exit ${hasAvx2 ? 0 : 1} ;; esac`;
  write("grep", answer, `exec ${Bun.which("grep")} "$@"`);
  if (isMusl) write("ldd", "echo 'musl libc (x86_64)' >&2", "exit 1");
  return `${folder}:${process.env["PATH"] ?? ""}`;
}
