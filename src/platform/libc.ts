import { dlopen, type FFIFunction } from "bun:ffi";

const names =
  process.platform === "darwin"
    ? ["libSystem.B.dylib"]
    : ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** Functions of the C library by their signatures. Throws where there is none that we know. */
export function loadLibc<const Signatures extends Record<string, FFIFunction>>(signatures: Signatures) {
  for (const name of names) {
    try {
      return dlopen(name, signatures).symbols;
    } catch {
      continue;
    }
  }
  throw new Error(`${Object.keys(signatures).join(", ")} was not found in ${names.join(", ")}`);
}
