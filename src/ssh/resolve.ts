import { UserError } from "../base/user-error.ts";
import { runProcess } from "../platform/run-process.ts";

/** What `ssh -G` makes of a host: the values after all Host, Match and Include of the configuration. */
export type ResolvedHost = {
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** The host's name in known_hosts, without the port. */
  readonly hostKeyAlias: string | undefined;
  readonly proxyJump: string | undefined;
  readonly proxyCommand: string | undefined;
  readonly remoteCommand: string | undefined;
  readonly identityFiles: readonly string[];
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly serverAliveIntervalSeconds: number;
};

export type Resolution = {
  /** Absolute path of ssh. */
  readonly ssh: string;
  /** Everything that the session gives ssh to find the host's settings: `-F`, `-l`, `-p`, … */
  readonly args: readonly string[];
  readonly host: string;
  readonly env: Readonly<Record<string, string>>;
};

const resolveTimeoutMs = 10_000;

/**
 * Asks `ssh -G`, which also runs the configuration's `Match exec` commands.
 * Throws CONFIG_INVALID when ssh refuses the configuration or the result is no plain host, user and port.
 */
export async function resolveHost({ ssh, args, host, env }: Resolution): Promise<ResolvedHost> {
  // Debian's ssh reports ServerAliveInterval 300 for BatchMode yes, as if the user had set it.
  const argv = [ssh, "-G", "-T", "-o", "BatchMode=no", ...args, "--", host];
  const result = await runProcess(argv, { env, timeoutMs: resolveTimeoutMs });
  if (result.timedOut) {
    throw invalid(
      `ssh -G took more than ${resolveTimeoutMs / 1000} s for host ${host}`,
      "Look for a Match exec in your ssh_config that hangs.",
    );
  }
  if (result.exitCode !== 0) {
    const complaint = oneLine(result.stderr);
    throw invalid(
      `ssh refuses the configuration of host ${host}: ${complaint}`,
      `Mend your ssh_config, then try: ssh -G ${host}`,
    );
  }
  return checkResolved(parseResolved(result.stdout), host);
}

/** Reads what `ssh -G` prints: one lower-case keyword and its value a line. */
export function parseResolved(text: string): ResolvedHost {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const end = line.indexOf(" ");
    if (end > 0)
      values.set(line.slice(0, end), [...(values.get(line.slice(0, end)) ?? []), line.slice(end + 1)]);
  }
  const first = (keyword: string) => values.get(keyword)?.[0];
  const unlessNone = (keyword: string) =>
    first(keyword)?.toLowerCase() === "none" ? undefined : first(keyword);
  const words = (keyword: string) => first(keyword)?.split(" ") ?? [];
  return {
    host: first("hostname") ?? "",
    user: first("user") ?? "",
    port: Number(first("port")),
    hostKeyAlias: unlessNone("hostkeyalias"),
    proxyJump: unlessNone("proxyjump"),
    proxyCommand: unlessNone("proxycommand"),
    remoteCommand: unlessNone("remotecommand"),
    identityFiles: values.get("identityfile") ?? [],
    userKnownHostsFiles: words("userknownhostsfile"),
    globalKnownHostsFiles: words("globalknownhostsfile"),
    hashKnownHosts: first("hashknownhosts") === "yes",
    serverAliveIntervalSeconds: Number(first("serveraliveinterval") ?? 0),
  };
}

function checkResolved(resolved: ResolvedHost, asked: string): ResolvedHost {
  if (!isPlainHost(resolved.host))
    throw invalid(
      `HostName of ${asked} is not a host name or address`,
      `Mend HostName in your ssh_config; see: ssh -G ${asked}`,
    );
  if (!isPlainUser(resolved.user))
    throw invalid(
      `User of ${asked} is not a plain user name`,
      `Mend User in your ssh_config; see: ssh -G ${asked}`,
    );
  if (!Number.isInteger(resolved.port) || resolved.port < 1 || resolved.port > 65_535) {
    throw invalid(`Port of ${asked} is not a port`, `Mend Port in your ssh_config; see: ssh -G ${asked}`);
  }
  return resolved;
}

/** As OpenSSH's own check of host names from the command line: nothing that a shell or an option parser could read. */
export function isPlainHost(host: string): boolean {
  return /^[^-\s\p{Cc}'"`$\\;&<>|(){},][^\s\p{Cc}'"`$\\;&<>|(){},]*$/u.test(host);
}

/** As OpenSSH's own check of user names; a backslash may stand inside, for `DOMAIN\user`. */
export function isPlainUser(user: string): boolean {
  return /^(?![-\\])[^\s\p{Cc}'"`$;&<>|(){}]+$/u.test(user) && !user.endsWith("\\");
}

function invalid(message: string, hint: string): UserError {
  return new UserError("CONFIG_INVALID", message, hint);
}

function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 300);
}
