import { hostProblem, userProblem } from "../../config/address.ts";
import { UsageError } from "../usage-error.ts";
import type { Login, NewConnection } from "./plan.ts";

/** The answers so far, kept while a human goes back and forth. `port` as typed; `login` is `ssh`, `password` or a key's path. */
export type Draft = {
  readonly source: "ssh-config" | "typed" | "none";
  readonly aliases: readonly string[];
  readonly host: string;
  readonly user: string;
  readonly port: string;
  readonly name: string;
  readonly login: string;
  readonly notes: boolean;
  readonly clients: readonly string[];
};

/** `taken` are the names in config.yml, `encryptedKeys` paths as they are offered. */
export type Surroundings = {
  readonly taken: ReadonlySet<string>;
  readonly encryptedKeys: ReadonlySet<string>;
};

/** From the flags of `init` and `add`; throws UsageError for what they cannot mean. */
export function draftFromFlags(
  values: ReadonlyMap<string, string>,
  flags: ReadonlySet<string>,
  name: string | undefined,
): Draft {
  const host = values.get("--host") ?? "";
  const aliases = words(values.get("--from-ssh-config"));
  if (host !== "" && aliases.length > 0)
    throw new UsageError("--host and --from-ssh-config do not go together; run the command twice");
  const single = ["--user", "--port", "--key", "--name"].find((flag) => values.has(flag));
  if (host === "" && name === undefined && single !== undefined)
    throw new UsageError(`${single} needs --host`);
  return {
    source: aliases.length > 0 ? "ssh-config" : host === "" && name === undefined ? "none" : "typed",
    aliases,
    host,
    user: values.get("--user") ?? "",
    port: values.get("--port") ?? "",
    name: name ?? values.get("--name") ?? "",
    login: values.get("--key") ?? "ssh",
    notes: !flags.has("--no-notes"),
    clients: words(values.get("--client")),
  };
}

/** What the draft adds; throws UsageError for the first value that cannot be. */
export function connectionsOf(draft: Draft, around: Surroundings): NewConnection[] {
  if (draft.source === "none") return [];
  if (draft.source === "ssh-config")
    return draft.aliases.map((alias) => {
      mustBe(nameProblem(alias, around.taken));
      return { name: alias, host: alias, login: { kind: "ssh" } };
    });
  if (draft.host === "") throw new UsageError(`${draft.name} is no host of ~/.ssh/config: give --host`);
  mustBe(hostFault(draft.host) ?? userFault(draft.user) ?? portFault(draft.port));
  const name = draft.name === "" ? suggestName(draft.host, around.taken) : draft.name;
  mustBe(nameProblem(name, around.taken));
  return [
    {
      name,
      host: draft.host,
      ...(draft.user === "" ? {} : { user: draft.user }),
      ...(draft.port === "" || draft.port === "22" ? {} : { port: Number(draft.port) }),
      login: loginOf(draft.login, around),
    },
  ];
}

/** Why a value cannot be, in words for the one who typed it. */
export function hostFault(host: string): string | undefined {
  return faultWords(hostProblem(host));
}

/** Empty means that ssh decides. */
export function userFault(user: string): string | undefined {
  return user === "" ? undefined : faultWords(userProblem(user));
}

export function portFault(port: string): string | undefined {
  if (port === "" || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return undefined;
  return `${JSON.stringify(port)} is not a port: give a whole number from 1 to 65535`;
}

export function nameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (taken.has(name)) return `there is a connection ${JSON.stringify(name)} already: choose another name`;
  if (/^[\p{L}\p{N}_][\p{L}\p{N} ._@:-]{0,127}$/u.test(name)) return undefined;
  return `${JSON.stringify(name)} is no good name: begin with a letter or digit; then also . _ - @ :`;
}

/** The first part of a host's name, or an address whole. */
export function suggestName(host: string, taken: ReadonlySet<string>): string {
  const name = /^[\d.]+$|:/.test(host) ? host.replace(/^[^\p{L}\p{N}]+/u, "") : (host.split(".")[0] ?? host);
  for (let number = 2; ; number++) {
    const candidate = number === 2 ? name : `${name}-${number - 1}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function loginOf(login: string, { encryptedKeys }: Surroundings): Login {
  if (login === "ssh" || login === "password") return { kind: login };
  return { kind: "key", path: login, encrypted: encryptedKeys.has(login) };
}

function faultWords(problem: { message: string; fix: string } | undefined): string | undefined {
  return problem === undefined ? undefined : `${problem.message}: ${problem.fix}`;
}

function mustBe(fault: string | undefined): void {
  if (fault !== undefined) throw new UsageError(fault);
}

function words(list: string | undefined): string[] {
  return (list ?? "").split(",").filter((word) => word !== "");
}
