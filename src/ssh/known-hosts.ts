import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";

import { runProcess } from "../platform/run-process.ts";
import type { ResolvedHost } from "./resolve.ts";

/** A host key that this machine has on record; `line` counts from 1. */
export type KnownKey = {
  readonly type: string;
  readonly fingerprint: string;
  readonly file: string;
  readonly line: number;
};

const lookupTimeoutMs = 5_000;

/** The name that known_hosts files list the host under. */
export function knownHostsName({ host, port, hostKeyAlias }: ResolvedHost): string {
  if (hostKeyAlias !== undefined) return hostKeyAlias;
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** The keys on record for a host, hashed names included; an unreadable file has none. */
export async function findKnownKeys(
  ssh: string,
  resolved: ResolvedHost,
  env: Readonly<Record<string, string>>,
): Promise<KnownKey[]> {
  const name = knownHostsName(resolved);
  const files = [...resolved.userKnownHostsFiles, ...resolved.globalKnownHostsFiles]
    .map(expandHome)
    .filter((file) => existsSync(file));
  const found = await Promise.all(files.map((file) => lookUp(ssh, name, file, env)));
  return found.flat();
}

async function lookUp(
  ssh: string,
  name: string,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<KnownKey[]> {
  const argv = [sshKeygen(ssh), "-l", "-E", "sha256", "-F", name, "-f", file];
  const { stdout } = await runProcess(argv, { env, timeoutMs: lookupTimeoutMs });
  return parseFoundKeys(stdout, file);
}

/** Reads `# Host NAME found: line N` and the line after it, `NAME TYPE SHA256:…`. */
export function parseFoundKeys(text: string, file: string): KnownKey[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const number = /^# Host .* found: line (\d+)/.exec(line)?.[1];
    const key = /^\S+ ([A-Z0-9-]+) (SHA256:[A-Za-z0-9+/]{43})(?: |$)/.exec(lines[index + 1] ?? "");
    return number === undefined || key === null
      ? []
      : [{ type: key[1] ?? "", fingerprint: key[2] ?? "", file, line: Number(number) }];
  });
}

/** The ssh-keygen that belongs to the ssh at this absolute path. */
export function sshKeygen(ssh: string): string {
  return join(dirname(ssh), "ssh-keygen");
}

/** As ssh does: `~` is the account's home, whatever HOME says. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, userInfo().homedir).replaceAll("%d", userInfo().homedir);
}
