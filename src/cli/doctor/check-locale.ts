import { locateProgram } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "locale";
const timeoutMs = 5_000;

/** The locale that tmux and ssh get: one in UTF-8 that this machine has. */
export async function checkLocale({ env, searchPath }: Place): Promise<Finding[]> {
  const variable = (["LC_ALL", "LC_CTYPE", "LANG"] as const).find((key) => env[key] !== undefined) ?? "LANG";
  const shown = `${variable}=${env[variable] ?? ""}`;
  const program = locateProgram("locale", searchPath);
  if (program === undefined) return [{ name, verdict: "ok", fact: shown }];
  const { stdout } = await runProcess([program, "charmap"], { env, timeoutMs });
  const charmap = stdout.trim();
  if (/^utf-?8$/i.test(charmap)) return [{ name, verdict: "ok", fact: shown }];
  const fact = `this machine does not have the locale of ${shown}, and falls back to ${charmap || "none"}`;
  return [{ name, verdict: "warn", fact, fix: `export ${variable}=C.UTF-8` }];
}
