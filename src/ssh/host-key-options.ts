import { UserError } from "../base/user-error.ts";
import type { SshConnection } from "./connection.ts";
import { isAtLeast, type SshVersion } from "./version.ts";

/** Prints the host's key as a line of known_hosts only if it has the fingerprint; ssh asks once before it has a key. */
const printPinned = `if test "$1" = "$2"; then echo "$3 $4 $5"; fi`;

/**
 * The lines of ssh_config that check a host's key as its connection asks: `strict`, `accept-new`, or `SHA256:…`, which
 * counts whatever known_hosts files say. Throws CONFIG_INVALID where this ssh cannot do so.
 */
export function hostKeyOptions(
  { hostKey = "strict", sshOptions }: Pick<SshConnection, "hostKey" | "sshOptions">,
  version: SshVersion,
): string[] {
  if (hostKey === "strict") return ["StrictHostKeyChecking yes"];
  if (hostKey === "accept-new") {
    requireVersion(version, 7, 6, hostKey);
    return ["StrictHostKeyChecking accept-new"];
  }
  requireVersion(version, 8, 5, "SHA256:…");
  const hasOwnAlgorithms = sshOptions["HostKeyAlgorithms"] !== undefined;
  return [
    "StrictHostKeyChecking yes",
    "UserKnownHostsFile /dev/null",
    "GlobalKnownHostsFile /dev/null",
    "CheckHostIP no",
    // A certificate has no line of known_hosts but its authority's.
    ...(hasOwnAlgorithms ? [] : ["HostKeyAlgorithms -*-cert-*"]),
    `KnownHostsCommand /bin/sh -c '${printPinned}' sh ${pinnedFingerprint(hostKey)} %f %H %t %K`,
  ];
}

/** The fingerprint as ssh writes it; undefined where the connection pins no key. */
export function pinnedFingerprint(hostKey: string | undefined): string | undefined {
  return hostKey?.startsWith("SHA256:") === true ? hostKey.replace(/=$/, "") : undefined;
}

function requireVersion(version: SshVersion, major: number, minor: number, hostKey: string): void {
  if (isAtLeast(version, major, minor)) return;
  throw new UserError(
    "CONFIG_INVALID",
    `host_key: ${hostKey} needs OpenSSH ${major}.${minor} or newer; this machine has ${version.major}.${version.minor}`,
    "Remove host_key, so that known_hosts decides, and add the key with: mcp-ssh-interactive trust NAME",
  );
}
