import { isAbsolute } from "node:path";

import type { ConnectionConfig, SecretSource } from "../../config/connection-config.ts";
import { locateProgram } from "../../platform/programs.ts";
import type { Finding } from "./finding.ts";
import { connectionsOf, type Place } from "./place.ts";

const name = "secrets";

/** Whether the sources that secrets name are there; none is read. Their files are the configuration's check. */
export function checkSecrets(place: Place): Finding[] {
  const uses = connectionsOf(place).flatMap(secretsOf);
  const findings = uses.flatMap(({ key, source, connection }) => {
    const lack = lackOf(source, place);
    if (lack === undefined) return [];
    const finding: Finding = {
      name,
      verdict: "warn",
      fact: `${key} of connection ${JSON.stringify(connection)}: ${lack.fact}`,
      fix: lack.fix,
    };
    return [finding];
  });
  if (findings.length > 0 || uses.length === 0) return findings;
  const fact = `the sources of ${uses.length} ${uses.length === 1 ? "secret" : "secrets"} are there`;
  return [{ name, verdict: "ok", fact }];
}

type Use = { readonly connection: string; readonly key: string; readonly source: SecretSource };

function secretsOf({ name: connection, password, passphrase, secrets }: ConnectionConfig): Use[] {
  return [
    ...(password === undefined ? [] : [{ connection, key: "password", source: password }]),
    ...(passphrase === undefined ? [] : [{ connection, key: "passphrase", source: passphrase }]),
    ...[...secrets].map(([key, { source }]) => ({ connection, key: `secrets.${key}`, source })),
  ];
}

type Lack = { readonly fact: string; readonly fix: string };

function lackOf(source: SecretSource, { ownEnv, searchPath }: Place): Lack | undefined {
  switch (source.kind) {
    case "env":
      if (ownEnv[source.from] !== undefined) return undefined;
      return {
        fact: `the environment variable ${source.from} is not set here`,
        fix: `give it to the server in the client's settings, under env; here: export ${source.from}=…`,
      };
    case "command":
      return lackOfProgram(/^[\w./+-]+(?=\s|$)/.exec(source.from)?.[0], searchPath);
    case "keychain":
      return lackOfProgram(process.platform === "darwin" ? "security" : "secret-tool", searchPath);
    case "plain":
    case "file":
    case "ask":
      return undefined;
  }
}

function lackOfProgram(program: string | undefined, searchPath: readonly string[]): Lack | undefined {
  if (program === undefined || isAbsolute(program)) return undefined;
  if (locateProgram(program, [...searchPath]) !== undefined || shellWords.has(program)) return undefined;
  const fix =
    program === "secret-tool" ? "install libsecret-tools" : `install ${program}, or give its absolute path`;
  return { fact: `${program} is not on PATH`, fix };
}

const shellWords = new Set("cd command echo eval exec if for printf read set test while".split(" "));
