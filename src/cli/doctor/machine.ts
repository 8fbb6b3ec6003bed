import type { Invocation } from "../command.ts";
import { checkAgent } from "./check-agent.ts";
import { checkClients } from "./check-clients.ts";
import { checkConfig } from "./check-config.ts";
import { checkDisk } from "./check-disk.ts";
import { checkHandshake } from "./check-handshake.ts";
import { checkKeys } from "./check-keys.ts";
import { checkLocale } from "./check-locale.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkSsh } from "./check-ssh.ts";
import { checkState } from "./check-state.ts";
import { checkTmuxServer } from "./check-tmux-server.ts";
import { checkTmux } from "./check-tmux.ts";
import { checkTree } from "./check-tree.ts";
import type { Finding } from "./finding.ts";
import { lookAround, type Place } from "./place.ts";

/** All that is looked at on this machine, in the order in which it is told. */
const checks: readonly ((place: Place) => Finding[] | Promise<Finding[]>)[] = [
  checkTmux,
  checkSsh,
  checkTmuxServer,
  checkFiles,
  checkState,
  checkKeys,
  checkSecrets,
  checkAgent,
  checkLocale,
  checkDisk,
  checkHandshake,
  checkClients,
];

/** Changes nothing. */
export async function checkMachine(place: Place): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) findings.push(...(await check(place)));
  return findings;
}

/** Mends permissions and missing folders, as long as that brings more to light; the commands that it stood in for. */
export function mendMachine(invocation: Invocation): string[] {
  const tried = new Set<string>();
  const mended: string[] = [];
  for (;;) {
    const next = checkFiles(lookAround(invocation)).find(
      ({ mend, fix = "" }) => mend !== undefined && !tried.has(fix),
    );
    if (next?.mend === undefined) return mended;
    const { mend, fix = "" } = next;
    tried.add(fix);
    if (succeeds(mend)) mended.push(fix);
  }
}

/** What is in a root that cannot be used is not looked at. */
function checkFiles(place: Place): Finding[] {
  const tree = checkTree(place);
  const isUsable = tree.every(({ verdict }) => verdict !== "fail");
  return isUsable ? [...tree, ...checkConfig(place)] : tree;
}

/** What cannot be mended shows in the checks that follow. */
function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
