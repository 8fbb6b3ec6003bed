import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { runProcess } from "../platform/run-process.ts";

/** `type` is ssh's word where the public half lies beside it. */
export type PrivateKey = {
  readonly path: string;
  readonly type: string | undefined;
  readonly encrypted: boolean;
  readonly openToOthers: boolean;
};

const maxBytes = 64 * 1024;
const agentTimeoutMs = 5_000;

/** The private keys of a folder, by name; files that cannot be read are passed over. */
export function listPrivateKeys(folder: string): PrivateKey[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const text = readSmall(path);
    if (!/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text)) return [];
    const [type] = readSmall(`${path}.pub`).split(" ");
    const openToOthers = (statSync(path).mode & 0o077) !== 0;
    return [{ path, type: type === "" ? undefined : type, encrypted: isEncrypted(text), openToOthers }];
  });
}

/** How many keys the agent of this environment holds; undefined where there is no agent. `ssh` is an absolute path. */
export async function countAgentKeys(
  ssh: string,
  env: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  if (env["SSH_AUTH_SOCK"] === undefined) return undefined;
  const argv = [join(dirname(ssh), "ssh-add"), "-l"];
  const result = await runProcess(argv, { env, timeoutMs: agentTimeoutMs }).catch(() => undefined);
  if (result === undefined || result.timedOut || result.exitCode === 2) return undefined;
  return result.exitCode === 0 ? result.stdout.trim().split("\n").length : 0;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function readSmall(path: string): string {
  try {
    const facts = statSync(path);
    return facts.isFile() && facts.size <= maxBytes ? readFileSync(path, "latin1") : "";
  } catch {
    return "";
  }
}

/** PROTOCOL.key of OpenSSH: the magic, then the length and name of the cipher; older files say it in clear. */
function isEncrypted(text: string): boolean {
  if (!text.startsWith("-----BEGIN OPENSSH ")) return /ENCRYPTED/.test(text);
  const bytes = Buffer.from(text.replace(/-----[^-]+-----/g, ""), "base64");
  const at = "openssh-key-v1\0".length;
  const length = bytes.length >= at + 4 ? bytes.readUInt32BE(at) : 0;
  return bytes.toString("latin1", at + 4, at + 4 + length) !== "none";
}
