import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { runProcess } from "../platform/run-process.ts";
import { explainFailure } from "./failure.ts";
import { hasKnownHostsFile } from "./host-key-failure.ts";
import { findKnownKeys, sshKeygen, type KnownKey } from "./known-hosts.ts";
import { parseSshLog, type SshLog } from "./log.ts";
import type { HostOnTheWay, PreparedSsh } from "./prepare.ts";
import { contradicting, type HostKey } from "./record-host-key.ts";
import { resolveHost, type ResolvedHost } from "./resolve.ts";
import { escapePercent } from "./shell-quote.ts";
import { isAtLeast, type SshVersion } from "./version.ts";

/** How one host's key stands to what is on record. `stale` are the keys that it contradicts; `picture` is ssh's randomart. */
export type OfferedKey =
  | { readonly status: "trusted"; readonly resolved: ResolvedHost; readonly shown: string }
  | {
      readonly status: "unknown" | "changed";
      readonly resolved: ResolvedHost;
      /** Type and fingerprint. */
      readonly shown: string;
      readonly key: HostKey;
      readonly stale: readonly KnownKey[];
      readonly picture: string;
    };

/** A human may have to answer for a jump host. */
const probeTimeoutMs = 120_000;
const drawTimeoutMs = 5_000;

/**
 * Asks a host for its key as the session's ssh would, and goes no further than the key: no login is tried there, only at the jump
 * hosts before it, which must be trusted already. Throws why the host could not be asked, and for keys that no human's
 * yes can help: revoked, or other than the pinned one.
 */
export async function askHostKey(
  prepared: PreparedSsh,
  way: HostOnTheWay,
  version: SshVersion,
): Promise<OfferedKey> {
  const probe = { prepared, way, version };
  const log = await connect(probe, ["StrictHostKeyChecking=yes"]);
  const resolved = await resolveHost(way.resolution);
  const [shown = ""] = log.offeredKeys;
  const isTrusted = log.hostKeyFault === undefined && (log.denied || log.authenticated);
  if (isTrusted) return { status: "trusted", resolved, shown };
  const isPinned = way.hostKey?.startsWith("SHA256:") === true;
  if (
    log.hostKeyFault === undefined ||
    log.hostKeyFault === "revoked" ||
    isPinned ||
    !hasKnownHostsFile(resolved)
  )
    throw await failureOf(probe);
  const { key, picture } = await fetchKey(probe, shown);
  const { ssh, env } = way.resolution;
  const stale = contradicting(await findKnownKeys(ssh, resolved, env), key);
  return {
    status: stale.length === 0 ? "unknown" : "changed",
    resolved,
    shown: `${key.type} ${fingerprintOf(key)}`,
    key,
    stale,
    picture,
  };
}

type Probe = {
  readonly prepared: PreparedSsh;
  readonly way: HostOnTheWay;
  readonly version: SshVersion;
};

/** One connection up to the host's answer that it takes no login without a key or password. */
async function connect({ prepared, way, version }: Probe, options: readonly string[]): Promise<SshLog> {
  const { ssh, args, host, env } = way.resolution;
  for (const path of prepared.logFiles) writeFileSync(path, "", { mode: 0o600 });
  const all = [
    ...options,
    "PreferredAuthentications=none",
    "ControlMaster=no",
    "ControlPath=none",
    ...(isAtLeast(version, 7, 6) ? ["RemoteCommand=none"] : []),
    ...(isAtLeast(version, 8, 7) ? ["SessionType=default"] : []),
  ];
  const argv = [
    ssh,
    "-E",
    way.logFile,
    "-T",
    ...all.flatMap((option) => ["-o", option]),
    ...args,
    "--",
    host,
    "true",
  ];
  await runProcess(argv, { env, timeoutMs: probeTimeoutMs, keepsTerminal: true });
  return parseSshLog(readFileSync(way.logFile, "utf8"));
}

async function failureOf({ prepared, way }: Probe): Promise<Error> {
  const ways = [...prepared.hops, prepared.target];
  const hops = ways.slice(0, ways.indexOf(way));
  const failure = await explainFailure(
    { ...prepared, hops, target: way },
    { exitStatus: 255, timedOut: false },
  );
  return failure?.error ?? new Error(`ssh ended without a word about the host key of ${way.label}`);
}

/** The whole key, of the type and with the fingerprint that ssh has just refused. */
async function fetchKey(probe: Probe, shown: string): Promise<{ key: HostKey; picture: string }> {
  const { way, version } = probe;
  const [type = "", fingerprint] = shown.replace(/-cert-v0\d@openssh\.com /, " ").split(" ");
  const file = `${way.logFile}.keys`;
  try {
    await connect(probe, [
      "StrictHostKeyChecking=no",
      `UserKnownHostsFile="${escapePercent(file)}"`,
      "GlobalKnownHostsFile=/dev/null",
      ...(isAtLeast(version, 8, 5) ? ["KnownHostsCommand=none"] : []),
      "HashKnownHosts=no",
      "CheckHostIP=no",
      `HostKeyAlgorithms=${type === "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256,ssh-rsa" : type}`,
    ]);
    const [, ...words] = /^\S+ (\S+) ([A-Za-z0-9+/=]+)$/m.exec(readIfThere(file)) ?? [];
    const key = { type: words[0] ?? "", key: words[1] ?? "" };
    if (words.length === 2 && fingerprintOf(key) === fingerprint)
      return { key, picture: await drawKey(way, file) };
  } finally {
    rmSync(file, { force: true });
  }
  throw new UserError(
    "HOST_KEY_CHANGED",
    `${way.label} does not offer the same key twice`,
    "Several hosts may answer at this address, or someone in between. Ask its administrator.",
  );
}

function fingerprintOf({ key }: HostKey): string {
  const sum = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${sum.replace(/=+$/, "")}`;
}

async function drawKey({ resolution: { ssh, env } }: HostOnTheWay, file: string): Promise<string> {
  const argv = [sshKeygen(ssh), "-l", "-v", "-E", "sha256", "-f", file];
  const { stdout } = await runProcess(argv, { env, timeoutMs: drawTimeoutMs });
  return stdout.slice(stdout.indexOf("\n") + 1).trimEnd();
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
