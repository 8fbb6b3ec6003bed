import type { SshConnection } from "./connection.ts";
import type { HostOnTheWay } from "./prepare.ts";
import type { Hop } from "./route.ts";
import { shellQuote } from "./shell-quote.ts";

/** The shell command with which a human reaches the same destination, without any file of ours. */
export function plainSsh({ humanArgs, resolution }: HostOnTheWay, ...options: readonly string[]): string {
  return ["ssh", ...options, ...humanArgs, resolution.host].map(shellQuote).join(" ");
}

/** What a human's plain ssh needs for the same destination, besides the host. */
export function humanArgs({
  user,
  port,
  keyPath,
  sshOptions,
}: Omit<SshConnection, "name" | "proxyJump">): string[] {
  return [
    ...Object.entries(sshOptions).flatMap(([keyword, value]) => ["-o", `${keyword}=${value}`]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(keyPath === undefined ? [] : ["-i", keyPath]),
  ];
}

export function renderJumps(route: readonly Hop[] = []): string {
  const jumps = route.map(
    ({ user, host, port }) =>
      `${user === undefined ? "" : `${user}@`}${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`,
  );
  return jumps.join(",") || "none";
}
