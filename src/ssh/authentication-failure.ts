import { existsSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import type { FailedHost } from "./failure.ts";
import { keyFault, keyState, keyUnusable } from "./key-check.ts";
import { expandHome } from "./known-hosts.ts";
import { shellQuote } from "./shell-quote.ts";

/** KEY_UNUSABLE when a key of this attempt is at fault, else AUTH_FAILED. */
export async function authenticationFailure(host: FailedHost): Promise<UserError> {
  const { way, resolved, log, title } = host;
  const triedPassword = isPassword(log.methodsTried);
  if (!log.tooManyFailures && !triedPassword) {
    for (const path of keysOfAttempt(host)) {
      const error = await keyError(host, path);
      if (error !== undefined) return error;
    }
  }
  const tried = [
    ...log.methodsTried.filter((method) => method !== "publickey"),
    ...log.keysOffered.map(renderKey),
  ];
  const details = { methods_offered: log.methodsOffered, tried };
  const shown = `${resolved.user}@${resolved.host} port ${resolved.port} (${title})`;
  if (log.tooManyFailures && !triedPassword) {
    return new UserError(
      "AUTH_FAILED",
      `${shown} was offered too many keys`,
      `Set key_path of ${way.label} to the right key, so that only it is offered.`,
      { details },
    );
  }
  const offers = log.methodsOffered.length === 0 ? "" : `; the host accepts ${log.methodsOffered.join(", ")}`;
  return new UserError(
    "AUTH_FAILED",
    `${shown} denied the login; ${triedText(tried)}${offers}`,
    authenticationHint(host),
    { details },
  );
}

function triedText(tried: readonly string[]): string {
  return tried.length === 0 ? "no key was there to offer" : `tried ${tried.join(", ")}`;
}

function authenticationHint({ log, way, resolved }: FailedHost): string {
  if (isPassword(log.methodsTried))
    return `The user checks user and password of ${way.label} in config.yml; it was tried once, and is not tried again by itself.`;
  if (isPassword(log.methodsOffered) && way.secrets.password === undefined)
    return `Check user and key_path of ${way.label}; for a login by password the user sets \`password: {ask: true}\` there.`;
  if (!log.methodsOffered.includes("publickey") && log.methodsOffered.length > 0) {
    return `The host takes no key here; it wants ${log.methodsOffered.join(" or ")}. Ask its administrator to allow keys for ${resolved.user}.`;
  }
  return `Check user and key_path of ${way.label}, and that the public key stands in ~/.ssh/authorized_keys of ${resolved.user} on the host.`;
}

function isPassword(methods: readonly string[]): boolean {
  return methods.includes("password") || methods.includes("keyboard-interactive");
}

function renderKey({
  source,
  type,
  fingerprint,
}: {
  source: string;
  type: string;
  fingerprint: string | undefined;
}): string {
  return `publickey ${type} ${fingerprint ?? ""}`.trim() + (source.startsWith("/") ? ` (${source})` : "");
}

function keysOfAttempt({ way, resolved }: FailedHost): string[] {
  const configured = resolved.identityFiles
    .map(expandHome)
    .filter((path) => path !== way.keyPath && existsSync(path));
  return [...(way.keyPath === undefined ? [] : [way.keyPath]), ...configured];
}

/** A key that is merely not the right one is no fault of the key; one of ssh_config's counts only where it would have mattered. */
async function keyError({ log, way, title }: FailedHost, path: string): Promise<UserError | undefined> {
  const isOffered = log.keysOffered.some(({ source }) => source === path);
  const isAccepted = log.keysAccepted.includes(path);
  if (path !== way.keyPath && !isAccepted && log.keysOffered.length > 0) return undefined;
  const fault = keyFault(path);
  if (fault !== undefined) return keyUnusable(`private key ${path} for ${title} ${fault.fact}`, fault.hint);
  if (isOffered && !isAccepted) return undefined;
  const state = await keyState(way.resolution.ssh, path, way.resolution.env);
  if (state === "encrypted") {
    return keyUnusable(
      way.secrets.passphrase === undefined
        ? `private key ${path} for ${title} is encrypted and no agent holds it`
        : `private key ${path} for ${title} is encrypted, and the passphrase of ${way.label} does not open it`,
      `A human must add it to the agent: ssh-add ${shellQuote(path)}; or correct passphrase of ${way.label} in config.yml`,
    );
  }
  if (state === "unreadable") {
    return keyUnusable(
      `${path} for ${title} is not a private key that ssh can read`,
      `Look at it: ssh-keygen -y -f ${shellQuote(path)}`,
    );
  }
  return undefined;
}
