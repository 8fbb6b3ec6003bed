import { isAtLeast, type SshVersion } from "./version.ts";

// What ssh asks, from sshconnect2.c and readpass.c of OpenSSH 7.0 to 10.1, read 2026-11-22.

/** For whom ssh asks: as in the login that it is at. `keyPaths` are the private keys that it may try, absolute. */
export type Asker = {
  readonly user: string;
  readonly host: string;
  readonly keyPaths: readonly string[];
  readonly version: SshVersion;
};

export type Question =
  | { readonly kind: "password" }
  | { readonly kind: "passphrase"; readonly keyPath: string };

/** What a prompt asks, if it is from its first to its last character one that only ssh itself builds for this login. */
export function recogniseQuestion(prompt: string, asker: Asker): Question | undefined {
  if (passwordPrompts(asker).includes(prompt)) return { kind: "password" };
  const keyPath = asker.keyPaths.find((path) => prompt === `Enter passphrase for key '${cut(path, 100)}': `);
  return keyPath === undefined ? undefined : { kind: "passphrase", keyPath };
}

/** Whether the host words whole prompts of its own, which may then be equal to ssh's. */
export function hostWordsPrompts(version: SshVersion): boolean {
  return !isAtLeast(version, 8, 5);
}

/** From 8.5 ssh puts the login before what a host asks, so that PAM's own question is as good as ssh's. */
function passwordPrompts({ user, host, version }: Asker): string[] {
  const own = isAtLeast(version, 8, 0) ? `${user}@${host}` : `${cut(user, 30)}@${cut(host, 128)}`;
  const ofPam = hostWordsPrompts(version) ? [] : ["Password: ", "Password:", "password: "];
  return [`${own}'s password: `, ...ofPam.map((words) => `(${user}@${host}) ${words}`)];
}

function cut(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, bytes).toString();
}
