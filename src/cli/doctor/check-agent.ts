import { existsSync } from "node:fs";
import { join } from "node:path";

import { locateProgram } from "../../platform/programs.ts";
import { runProcess } from "../../platform/run-process.ts";
import type { Finding } from "./finding.ts";
import { connectionsOf, type Place } from "./place.ts";

const name = "agent";
const timeoutMs = 5_000;
const defaultKeys = ["id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk"];
const startAgent = 'eval "$(ssh-agent -s)" && ssh-add';

/** The ssh agent, which matters where a connection says nothing of its key and ~/.ssh has none. */
export async function checkAgent(place: Place): Promise<Finding[]> {
  const { home, env, searchPath } = place;
  const users = connectionsOf(place).filter(({ auth }) => auth.includes("agent"));
  const hasKeyFile = defaultKeys.some((file) => existsSync(join(home, ".ssh", file)));
  const verdict = users.length === 0 || hasKeyFile ? "ok" : "warn";
  const need =
    verdict === "ok"
      ? ""
      : `; ${users.length === 1 ? "a connection needs" : `${users.length} connections need`} it, as ~/.ssh has no key`;
  const socket = env["SSH_AUTH_SOCK"];
  const tell = (fact: string, fix: string): Finding[] => [
    { name, verdict, fact: `${fact}${need}`, ...(verdict === "ok" ? {} : { fix }) },
  ];
  if (socket === undefined) return tell("no agent: SSH_AUTH_SOCK is not set", startAgent);
  const sshAdd = locateProgram("ssh-add", searchPath);
  if (sshAdd === undefined)
    return tell("the agent cannot be asked: there is no ssh-add on PATH", "put ssh-add on PATH");
  const { exitCode, stdout } = await runProcess([sshAdd, "-l"], { env, timeoutMs });
  if (exitCode === 1) return tell("the agent holds no key", "ssh-add");
  if (exitCode !== 0) {
    const fact = `no agent answers at SSH_AUTH_SOCK (${socket})${need}`;
    return [{ name, verdict: "warn", fact, fix: verdict === "ok" ? "unset SSH_AUTH_SOCK" : startAgent }];
  }
  const count = stdout.trim().split("\n").length;
  return [{ name, verdict: "ok", fact: `the agent holds ${count} ${count === 1 ? "key" : "keys"}` }];
}
