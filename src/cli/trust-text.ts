import { knownHostsName, type KnownKey } from "../ssh/known-hosts.ts";
import type { OfferedKey } from "../ssh/offered-key.ts";
import type { HostOnTheWay } from "../ssh/prepare.ts";
import { writtenFile } from "../ssh/record-host-key.ts";
import { printable } from "./printable.ts";

type Untrusted = Exclude<OfferedKey, { status: "trusted" }>;

export function renderOffer(title: string, { status, resolved, shown, stale, picture }: Untrusted): string {
  const address = printable(`${resolved.host} port ${resolved.port}`);
  const name = printable(knownHostsName(resolved));
  const first =
    status === "unknown"
      ? `${title}, ${address}, offers a key that is not known:`
      : `WARNING: ${title}, ${address}, offers another key than the one on record. This may be an attack.`;
  return [
    "",
    first,
    ...stale.map((key) => `  on record  ${renderKnown(key)}`),
    `  offered    ${shown}`,
    "",
    ...picture.split("\n").map((line) => `  ${line}`),
    "",
    `It would go into ${printable(writtenFile(resolved))} as ${name}${resolved.hashKnownHosts ? ", hashed" : ""}${
      stale.length === 0 ? "" : ", in the place of the one on record"
    }.`,
    "The file is kept as it was with .old behind its name.",
    "",
  ].join("\n");
}

export function renderLeft(left: readonly KnownKey[]): string {
  if (left.length === 0) return "";
  const rows = left.map((key) => `  ${renderKnown(key)}\n`).join("");
  return `These lines name other hosts too, or belong to the system, and still hold the old key:\n${rows}`;
}

function renderKnown({ type, fingerprint, file, line }: KnownKey): string {
  return printable(`${type} ${fingerprint} (${file} line ${line})`);
}

/** For --json. */
export function factsOf(way: HostOnTheWay, offer: OfferedKey) {
  const { resolved, status, shown } = offer;
  const [type, fingerprint] = shown.split(" ");
  return {
    name: way.label,
    host: resolved.host,
    port: resolved.port,
    status,
    offered: { type, fingerprint },
    on_record: status === "trusted" ? [] : offer.stale,
    known_hosts_file: writtenFile(resolved),
    known_hosts_name: knownHostsName(resolved),
    hashed: resolved.hashKnownHosts,
  };
}
