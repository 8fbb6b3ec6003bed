import { existsSync } from "node:fs";

import { shellWord } from "../../base/shell-word.ts";
import type { ConnectionConfig } from "../../config/connection-config.ts";
import { locateProgram } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import { keyState } from "../../ssh/key-check.ts";
import { sshKeygen } from "../../ssh/known-hosts.ts";
import type { Finding } from "./finding.ts";
import { connectionsOf, type Place } from "./place.ts";

const name = "keys";
const timeoutMs = 5_000;

/** The private keys that connections name. That they are there and closed to others is the configuration's check. */
export async function checkKeys(place: Place): Promise<Finding[]> {
  const ssh = locateProgram("ssh", place.searchPath);
  if (ssh === undefined || !existsSync(sshKeygen(ssh))) return [];
  const keys = Map.groupBy(
    connectionsOf(place).filter(({ keyPath }) => keyPath !== undefined),
    ({ keyPath = "" }) => keyPath,
  );
  const findings: Finding[] = [];
  for (const [path, users] of keys) findings.push(...(await keyFindings(place, ssh, path, users)));
  if (findings.length > 0 || keys.size === 0) return findings;
  return [{ name, verdict: "ok", fact: `${keys.size} ${keys.size === 1 ? "key" : "keys"} can be used` }];
}

async function keyFindings(
  { env }: Place,
  ssh: string,
  path: string,
  users: readonly ConnectionConfig[],
): Promise<Finding[]> {
  const state = await keyState(ssh, path, env);
  if (state === "good") return [];
  if (state === "unreadable") {
    const fact = `${path} is not a private key that ssh can read`;
    return [
      {
        name,
        verdict: "fail",
        fact,
        fix: `set key_path to a private key; what ssh says: ssh-keygen -y -f ${shellWord(path)}`,
      },
    ];
  }
  if (users.every(({ passphrase }) => passphrase !== undefined)) return [];
  if (await agentHolds(ssh, path, env)) return [];
  const fact = `${path} is encrypted, no agent holds it, and no passphrase is configured`;
  return [{ name, verdict: "warn", fact, fix: `ssh-add ${shellWord(path)}` }];
}

async function agentHolds(
  ssh: string,
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const keygen = sshKeygen(ssh);
  const shown = await runProcess([keygen, "-l", "-f", path], { env, timeoutMs });
  const fingerprint = /SHA256:\S+/.exec(shown.stdout)?.[0];
  const sshAdd = keygen.replace(/ssh-keygen$/, "ssh-add");
  if (fingerprint === undefined || !existsSync(sshAdd)) return false;
  const { stdout } = await runProcess([sshAdd, "-l"], { env, timeoutMs });
  return stdout.includes(fingerprint);
}
