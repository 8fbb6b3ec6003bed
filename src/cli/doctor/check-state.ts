import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

import { shellWord } from "../../base/shell-word.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "state";

/** State files that could not be used and were kept aside; what they named may be lost. */
export function checkState({ tree }: Place): Finding[] {
  const prefix = `${basename(tree.stateFile)}.corrupt-`;
  const aside = namesIn(tree.root).filter((entry) => entry.startsWith(prefix));
  if (aside.length === 0) return [{ name, verdict: "ok", fact: "no state.json was kept aside" }];
  const paths = aside.map((entry) => shellWord(join(tree.root, entry)));
  const times = aside.length === 1 ? "once" : `${aside.length} times`;
  const fact = `state.json could not be used ${times} and was kept as ${aside.join(", ")}; status shows the sessions that were found again`;
  return [{ name, verdict: "warn", fact, fix: `rm ${paths.join(" ")}` }];
}

/** None of a root that another check tells of. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
