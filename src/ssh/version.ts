import { UserError } from "../base/user-error.ts";
import { runProcess } from "../platform/run-process.ts";
import { startFailure } from "../platform/start-failure.ts";

/** OpenSSH's version; its options are gated by it, since ssh refuses to start on one that it does not know. */
export type SshVersion = { readonly major: number; readonly minor: number };

const oldestSupported: SshVersion = { major: 7, minor: 0 };
const versionTimeoutMs = 5_000;

/** The version of the ssh at this absolute path. Throws SSH_UNAVAILABLE when it does not run, is not OpenSSH, or is older than 7.0. */
export async function readSshVersion(
  ssh: string,
  env: Readonly<Record<string, string>>,
): Promise<SshVersion> {
  const text = await versionText(ssh, env);
  const version = parseSshVersion(text);
  if (version === undefined) {
    throw new UserError(
      "SSH_UNAVAILABLE",
      `${ssh} is not OpenSSH's client`,
      "Install the OpenSSH client, 7.0 or newer, and put it first on PATH.",
    );
  }
  if (!isAtLeast(version, oldestSupported.major, oldestSupported.minor)) {
    throw new UserError(
      "SSH_UNAVAILABLE",
      `${ssh} is OpenSSH ${version.major}.${version.minor}; 7.0 or newer is needed`,
      "Install a newer OpenSSH client and put it first on PATH.",
    );
  }
  return version;
}

async function versionText(ssh: string, env: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { stdout, stderr } = await runProcess([ssh, "-V"], { env, timeoutMs: versionTimeoutMs });
    return `${stderr}\n${stdout}`;
  } catch (cause) {
    const { message, hint } = startFailure(ssh, cause, "Install the OpenSSH client, 7.0 or newer.");
    throw new UserError("SSH_UNAVAILABLE", message, hint, { cause });
  }
}

/** Reads `OpenSSH_9.2p1 Debian-2…`, `OpenSSH_for_Windows_8.1p1`, `OpenSSH_7.4p1, OpenSSL …`. */
export function parseSshVersion(text: string): SshVersion | undefined {
  const match = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/m.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]) };
}

export function isAtLeast(version: SshVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
