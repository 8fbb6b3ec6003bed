import { isAbsolute, join, normalize } from "node:path";

/** `~` and `~/…` under `home`, other relative paths under `base`, as an absolute path; undefined for `~user/…`. */
export function expandUserPath(path: string, home: string, base: string): string | undefined {
  if (path === "~" || path.startsWith("~/")) return normalize(join(home, path.slice(1)));
  if (path.startsWith("~")) return undefined;
  return isAbsolute(path) ? normalize(path) : normalize(join(base, path));
}
