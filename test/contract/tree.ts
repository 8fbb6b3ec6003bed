import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export const checkout = resolve(import.meta.dir, "../..");

/** The files below a folder of the checkout: path under that folder → text. */
export function readTree(folder: string): Map<string, string> {
  const root = resolve(checkout, folder);
  const paths = [...new Bun.Glob("**/*").scanSync({ cwd: root, dot: true })].sort();
  return new Map(paths.map((path) => [path, readFileSync(resolve(root, path), "utf8")]));
}

export function readFile(path: string): string {
  return readFileSync(resolve(checkout, path), "utf8");
}
