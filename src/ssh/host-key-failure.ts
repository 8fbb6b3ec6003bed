import { UserError, type ErrorDetails } from "../base/user-error.ts";
import type { FailedHost } from "./failure.ts";
import { pinnedFingerprint } from "./host-key-options.ts";
import { findKnownKeys, knownHostsName, type KnownKey } from "./known-hosts.ts";
import type { HostKeyFault } from "./log.ts";
import { shellQuote } from "./shell-quote.ts";

/** Undefined when the key that is offered is on record, so that the log's claim cannot be ssh's own. */
export async function hostKeyFailure(host: FailedHost, fault: HostKeyFault): Promise<UserError | undefined> {
  const { resolved, log, way } = host;
  const offered = log.offeredKeys.length === 1 ? log.offeredKeys[0] : undefined;
  const fingerprint = offered?.split(" ")[1];
  const pinned = pinnedFingerprint(way.hostKey);
  if (pinned !== undefined) return fingerprint === pinned ? undefined : notPinned(host, offered, pinned);
  const known = await findKnownKeys(way.resolution.ssh, resolved, way.resolution.env);
  if (
    fault !== "revoked" &&
    fingerprint !== undefined &&
    known.some((key) => key.fingerprint === fingerprint)
  )
    return undefined;
  return failureOf(host, fault, offered, known);
}

function failureOf(
  host: FailedHost,
  fault: HostKeyFault,
  offered: string | undefined,
  known: readonly KnownKey[],
): UserError {
  const { resolved } = host;
  const shown = `${resolved.host} port ${resolved.port} (${host.title})`;
  const offers = offered === undefined ? "" : `: it offers ${offered}`;
  const details = {
    fingerprints: {
      offered: offered ?? null,
      known: known.map(({ type, fingerprint: sum, file, line }) => ({ key: `${type} ${sum}`, file, line })),
    },
    known_hosts_name: knownHostsName(resolved),
  };
  const forUser = { details: { ...details, command_for_user: trustCommand(host) } };
  switch (fault) {
    case "unknown":
      return unknown(host, `the host key of ${shown} is not known${offers}`, forUser);
    case "changed":
      return new UserError(
        "HOST_KEY_CHANGED",
        `the host key of ${shown} has changed${offers}; on record: ${recordOf(known)}`,
        `This may be an attack. Only when the administrator of ${host.title} says that the key was replaced, and gives the new fingerprint, a human may run: ${trustCommand(host)}`,
        forUser,
      );
    case "revoked":
      return new UserError(
        "HOST_KEY_CHANGED",
        `the host key of ${shown} is marked as revoked${offers}`,
        "Do not connect. A human must ask the host's administrator for its new key.",
        { details },
      );
    case "unverified":
      return unknown(host, `the host key of ${shown} could not be verified${offers}`, forUser);
  }
}

function unknown(host: FailedHost, message: string, extra: { details: ErrorDetails }): UserError {
  const { resolved, title } = host;
  const hint = hasKnownHostsFile(resolved)
    ? `A human must run this, and accept only if the fingerprint that it shows is the one that the administrator of ${title} gives: ${trustCommand(host)}`
    : "ssh_config keeps no UserKnownHostsFile for this host: set one there, or under ssh_options.";
  return new UserError("HOST_KEY_UNKNOWN", message, hint, extra);
}

function notPinned(
  { resolved, way, title }: FailedHost,
  offered: string | undefined,
  pinned: string,
): UserError {
  return new UserError(
    "HOST_KEY_CHANGED",
    `the host key of ${resolved.host} port ${resolved.port} (${title}) is not the one that host_key pins${offered === undefined ? "" : `: it offers ${offered}`}; pinned: ${pinned}`,
    `This may be an attack. A human must ask the administrator of ${title}: a replaced key goes into host_key of ${way.label} in config.yml; if the pinned one is of another type, name that type too, e.g. ssh_options: {HostKeyAlgorithms: rsa-sha2-512}.`,
    { details: { fingerprints: { offered: offered ?? null, pinned } } },
  );
}

/** False where ssh has no file to keep a key in. */
export function hasKnownHostsFile({ userKnownHostsFiles: [file] }: FailedHost["resolved"]): boolean {
  return file !== undefined && file !== "/dev/null" && file !== "none";
}

function recordOf(known: readonly KnownKey[]): string {
  return known.length === 0
    ? "another key"
    : known
        .map(({ type, fingerprint, file, line }) => `${type} ${fingerprint} (${file} line ${line})`)
        .join(", ");
}

function trustCommand({ connection }: FailedHost): string {
  const name = connection.startsWith("-") ? `-- ${shellQuote(connection)}` : shellQuote(connection);
  return `mcp-ssh-interactive trust ${name}`;
}
