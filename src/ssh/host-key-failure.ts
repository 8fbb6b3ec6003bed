import { UserError } from "../base/user-error.ts";
import type { FailedHost } from "./failure.ts";
import { findKnownKeys, knownHostsName, type KnownKey } from "./known-hosts.ts";
import type { HostKeyFault } from "./log.ts";
import { plainSsh } from "./plain-ssh.ts";
import type { HostOnTheWay } from "./prepare.ts";
import { shellQuote } from "./shell-quote.ts";

/** Undefined when the key that is offered is on record, so that the log's claim cannot be ssh's own. */
export async function hostKeyFailure(host: FailedHost, fault: HostKeyFault): Promise<UserError | undefined> {
  const { resolved, log, way } = host;
  const known = await findKnownKeys(way.resolution.ssh, resolved, way.resolution.env);
  const offered = log.offeredKeys.length === 1 ? log.offeredKeys[0] : undefined;
  const fingerprint = offered?.split(" ")[1];
  if (
    fault !== "revoked" &&
    fingerprint !== undefined &&
    known.some((key) => key.fingerprint === fingerprint)
  )
    return undefined;
  const details = {
    fingerprints: {
      offered: offered ?? null,
      known: known.map(({ type, fingerprint: sum, file, line }) => ({ key: `${type} ${sum}`, file, line })),
    },
    known_hosts_name: knownHostsName(resolved),
  };
  const shown = `${resolved.host} port ${resolved.port} (${host.title})`;
  const offers = offered === undefined ? "" : `: it offers ${offered}`;
  switch (fault) {
    case "unknown":
      return new UserError(
        "HOST_KEY_UNKNOWN",
        `the host key of ${shown} is not known${offers}`,
        unknownHint(host),
        { details },
      );
    case "changed":
      return new UserError(
        "HOST_KEY_CHANGED",
        `the host key of ${shown} has changed${offers}; on record: ${recordOf(known)}`,
        changedHint(host, known),
        { details },
      );
    case "revoked":
      return new UserError(
        "HOST_KEY_CHANGED",
        `the host key of ${shown} is marked as revoked${offers}`,
        "Do not connect. A human must ask the host's administrator for its new key.",
        { details },
      );
    case "unverified":
      return new UserError(
        "HOST_KEY_UNKNOWN",
        `the host key of ${shown} could not be verified${offers}`,
        unknownHint(host),
        { details },
      );
  }
}

function recordOf(known: readonly KnownKey[]): string {
  return known.length === 0
    ? "another key"
    : known
        .map(({ type, fingerprint, file, line }) => `${type} ${fingerprint} (${file} line ${line})`)
        .join(", ");
}

function unknownHint({ resolved, way, title }: FailedHost): string {
  const [file] = resolved.userKnownHostsFiles;
  if (file === undefined || file === "/dev/null" || file === "none") {
    return "ssh_config keeps no UserKnownHostsFile for this host: set one there, or under ssh_options.";
  }
  return `A human must run this, and accept only if the fingerprint that it shows is the one that the administrator of ${title} gives: ${acceptCommand(way)}`;
}

function changedHint({ resolved, way }: FailedHost, known: readonly KnownKey[]): string {
  const files = new Set(known.map(({ file }) => file));
  const removals = [...files].map(
    (file) => `${["ssh-keygen", "-R", knownHostsName(resolved), "-f", file].map(shellQuote).join(" ")}; `,
  );
  return `This may be an attack. Only when the administrator says that the key was replaced, and gives the new fingerprint, a human may run: ${removals.join("")}${acceptCommand(way)}`;
}

function acceptCommand(way: HostOnTheWay): string {
  return plainSsh(way, "-o", "StrictHostKeyChecking=ask");
}
