import { cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** Copies one file to `path`, whose folder is made where there is none. */
export function copyInto(path: string, from: string): void {
  mkdirSync(dirname(path), { recursive: true });
  cpSync(from, path);
}
