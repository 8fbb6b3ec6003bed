import { dlopen, FFIType, ptr } from "bun:ffi";

import { UserError } from "../../src/base/user-error.ts";
import { acquireFileLock } from "../../src/platform/file-lock.ts";

// A process whose every flock fails with ENOLCK, as on NFS without its lock service: prints, as JSON, the error of locking
// the file that is named, or after `run` starts a program in its place. seccomp(2), linux/filter.h.

const setNoNewPrivileges = 38;
const setSeccomp = 22;
const filterMode = 2;
const flockNumber = process.arch === "x64" ? 73 : 32;
const noLock = 0x00050000 | 37;
const allow = 0x7fff0000;

const instructions = [
  [0x20, 0, 0, 0],
  [0x15, 0, 1, flockNumber],
  [0x06, 0, 0, noLock],
  [0x06, 0, 0, allow],
] as const;

function refuseLocks(): void {
  const program = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, operand]] of instructions.entries()) {
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(jumpTrue, index * 8 + 2);
    program.writeUInt8(jumpFalse, index * 8 + 3);
    program.writeUInt32LE(operand, index * 8 + 4);
  }
  const header = Buffer.alloc(16);
  header.writeUInt16LE(instructions.length, 0);
  header.writeBigUInt64LE(BigInt(ptr(program)), 8);
  const { prctl } = dlopen("libc.so.6", {
    prctl: {
      args: [FFIType.i32, FFIType.u64, FFIType.ptr, FFIType.u64, FFIType.u64],
      returns: FFIType.i32,
    },
  }).symbols;
  if (prctl(setNoNewPrivileges, 1n, null, 0n, 0n) !== 0) throw new Error("no_new_privs");
  if (prctl(setSeccomp, BigInt(filterMode), ptr(header), 0n, 0n) !== 0) throw new Error("seccomp");
}

refuseLocks();
const [first = "", ...rest] = process.argv.slice(2);
if (first === "run") process.exit(Bun.spawnSync(rest, { stdio: ["ignore", "inherit", "inherit"] }).exitCode);
try {
  (await acquireFileLock(first, 0)).release();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  const { code, message, hint } = error;
  console.log(JSON.stringify({ code, message, hint }));
}
