// ssh_config(5) of OpenSSH 10.0, read 2026-11. Allowed is what neither runs a program, forwards, touches files
// (UserKnownHostsFile aside), changes the checking of host keys, identities or the agent, nor what we set ourselves.

const allowed = [
  "AddressFamily",
  "BindAddress",
  "BindInterface",
  "ChallengeResponseAuthentication",
  "Ciphers",
  "Compression",
  "ConnectionAttempts",
  "ConnectTimeout",
  "GSSAPIAuthentication",
  "HostKeyAlgorithms",
  "IPQoS",
  "KbdInteractiveAuthentication",
  "KexAlgorithms",
  "MACs",
  "ObscureKeystrokeTiming",
  "PasswordAuthentication",
  "PreferredAuthentications",
  "PubkeyAcceptedAlgorithms",
  "PubkeyAcceptedKeyTypes",
  "PubkeyAuthentication",
  "RekeyLimit",
  "RequiredRSASize",
  "ServerAliveCountMax",
  "ServerAliveInterval",
  "TCPKeepAlive",
  "UserKnownHostsFile",
] as const;

const ownKeys: Readonly<Record<string, string>> = {
  hostname: "host",
  user: "user",
  port: "port",
  identityfile: "key_path",
  identityagent: "use_agent",
  proxyjump: "proxy_jump",
  stricthostkeychecking: "host_key",
};

export const sshOptionKeywords: readonly string[] = allowed;

/** The keyword in ssh_config's spelling, or undefined for one that is not allowed. */
export function canonicalSshOption(keyword: string): string | undefined {
  if (!/^[A-Za-z0-9]+$/.test(keyword)) return undefined;
  const wanted = keyword.toLowerCase();
  return allowed.find((candidate) => candidate.toLowerCase() === wanted);
}

/** The key of a connection that stands for an ssh option, e.g. key_path for IdentityFile. */
export function ownKeyFor(keyword: string): string | undefined {
  const wanted = keyword.toLowerCase();
  return Object.hasOwn(ownKeys, wanted) ? ownKeys[wanted] : undefined;
}

/** One line without quotes, backslashes, `#` and `$`, so that it is read by ssh as it stands. */
export function isSafeSshOptionValue(value: string): boolean {
  return (
    value.length <= 1000 &&
    /^[\p{L}\p{N}._:,+@^*?~%/=!-][\p{L}\p{M}\p{N} ._:,+@^*?~%/=!-]*$/u.test(value) &&
    !value.endsWith(" ")
  );
}
