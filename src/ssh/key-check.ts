import { accessSync, constants, statSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { runProcess } from "../platform/run-process.ts";
import { sshKeygen } from "./known-hosts.ts";
import { shellQuote } from "./shell-quote.ts";

const checkTimeoutMs = 5_000;

/** Throws KEY_UNUSABLE where ssh would pass over the configured key without a word in its log: missing, no file, or not private. */
export function checkKey(path: string | undefined): void {
  if (path === undefined) return;
  const fault = keyFault(path);
  if (fault !== undefined) throw keyUnusable(`private key ${path} ${fault.fact}`, fault.hint);
}

export function keyUnusable(message: string, hint: string): UserError {
  return new UserError("KEY_UNUSABLE", message, hint);
}

export type KeyFault = { readonly fact: string; readonly hint: string };

export function keyFault(path: string): KeyFault | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    return {
      fact: "does not exist",
      hint: `Set key_path to the file of a private key; ls ${shellQuote(path)}`,
    };
  if (!found.isFile())
    return {
      fact: "is not a file",
      hint: "Set key_path to the file of a private key.",
    };
  if (!canRead(path))
    return {
      fact: "is not readable",
      hint: `Make it readable for you alone: chmod 600 ${shellQuote(path)}`,
    };
  const mode = found.mode & 0o777;
  // ssh itself asks this only of files that are the user's own.
  if ((mode & 0o077) !== 0 && found.uid === process.getuid?.()) {
    return {
      fact: `has mode ${mode.toString(8)}, open to others`,
      hint: `Run: chmod 600 ${shellQuote(path)}`,
    };
  }
  return undefined;
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** `ssh` is the absolute path of the program that is to use the key. */
export async function keyState(
  ssh: string,
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<"good" | "encrypted" | "unreadable"> {
  const { exitCode, stderr } = await runProcess([sshKeygen(ssh), "-y", "-P", "", "-f", path], {
    env,
    timeoutMs: checkTimeoutMs,
  });
  if (exitCode === 0) return "good";
  return /incorrect passphrase supplied/.test(stderr) ? "encrypted" : "unreadable";
}
