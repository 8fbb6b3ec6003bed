import { readFileSync } from "node:fs";

import { UserError } from "../base/user-error.ts";
import { authenticationFailure } from "./authentication-failure.ts";
import type { ForwardFault } from "./connect-fault.ts";
import { hostKeyFailure } from "./host-key-failure.ts";
import { parseSshLog, type SshLog } from "./log.ts";
import { plainSsh } from "./plain-ssh.ts";
import type { HostOnTheWay, PreparedSsh } from "./prepare.ts";
import { resolveHost, type ResolvedHost } from "./resolve.ts";

export type SshEnd = {
  /** Of ssh itself; undefined while it still runs, or when that is not known. */
  readonly exitStatus: number | undefined;
  /** Our own time limit passed before the session was ready. */
  readonly timedOut: boolean;
};

/** `retryable`: the same attempt may succeed a little later, without anyone changing anything. */
export type SshFailure = { readonly error: UserError; readonly retryable: boolean };

/** One host's part in a failure. `title` names it in messages. */
export type FailedHost = {
  readonly way: HostOnTheWay;
  readonly resolved: ResolvedHost;
  readonly log: SshLog;
  readonly title: string;
  /** The connection that was to be opened. */
  readonly connection: string;
  /** Reached through a hop of ours, so that its ProxyCommand is not of ssh_config. */
  readonly isBehindHop: boolean;
};

/**
 * Says from ssh's own logs why an open failed: to be called before `removeSshFiles`, after ssh has ended or the time
 * limit passed. Undefined when every host was logged in to, so that the session's own end is the matter.
 */
export async function explainFailure(prepared: PreparedSsh, end: SshEnd): Promise<SshFailure | undefined> {
  const ways = [...prepared.hops, prepared.target];
  const isRunning = end.timedOut && end.exitStatus === undefined;
  const logs = ways
    .map(({ logFile }) => parseSshLog(readLog(logFile)))
    .map((log) => (isRunning ? withoutEnding(log) : log));
  const at = logs.findIndex(
    (log, index) => log.forwardFault !== undefined || !log.authenticated || index === ways.length - 1,
  );
  const [way, log] = [ways[at], logs[at]];
  if (way === undefined || log === undefined || (log.authenticated && log.forwardFault === undefined))
    return undefined;
  const host = {
    way,
    log,
    resolved: await resolveHost(way.resolution),
    title: titleOf(way, prepared),
    connection: prepared.target.label,
    isBehindHop: at > 0,
  };
  const next = ways[at + 1];
  if (log.authenticated && log.forwardFault !== undefined && next !== undefined) {
    return forwardFailure(host, log.forwardFault, next, prepared);
  }
  const signal = end.timedOut ? undefined : signalOf(end.exitStatus);
  if (signal !== undefined) return final(killedFailure(host, signal));
  const isOver = end.timedOut || logs.some((each) => each.timedOut);
  return failureOf(host, isOver);
}

/** The last line of a running ssh's log may be the host's. */
function withoutEnding(log: SshLog): SshLog {
  return {
    ...log,
    hostKeyFault: undefined,
    noCommon: undefined,
    denied: false,
    tooManyFailures: false,
    closed: undefined,
  };
}

function titleOf(way: HostOnTheWay, prepared: PreparedSsh): string {
  return way === prepared.target ? way.label : `jump host ${way.label}`;
}

async function failureOf(host: FailedHost, isOver: boolean): Promise<SshFailure> {
  const { log } = host;
  if (log.nameFailure !== undefined) return nameFailure(host, log.nameFailure);
  if (log.connectFault !== undefined && log.connectFault !== "other")
    return connectFailure(host, log.connectFault);
  const hostKey = log.hostKeyFault === undefined ? undefined : await hostKeyFailure(host, log.hostKeyFault);
  if (hostKey !== undefined) return final(hostKey);
  if (log.noCommon !== undefined) return final(noCommonFailure(host, log.noCommon));
  if (log.denied || log.tooManyFailures) return final(await authenticationFailure(host));
  if (log.timedOut || (isOver && log.closed === undefined)) return timeout(host);
  if (log.started) return closedFailure(host);
  return final(notStarted(host));
}

function nameFailure({ resolved, title, way }: FailedHost, kind: "unknown" | "temporary"): SshFailure {
  const error = new UserError(
    "HOST_NOT_FOUND",
    kind === "unknown"
      ? `no host has the name ${resolved.host} (${title})`
      : `the name ${resolved.host} (${title}) could not be looked up now`,
    kind === "unknown"
      ? `Correct \`host\` of ${way.label}, or its HostName in ssh_config.`
      : "Check this machine's name service or network, then open again.",
  );
  return { error, retryable: kind === "temporary" };
}

function connectFailure(host: FailedHost, fault: "refused" | "unreachable" | "timeout"): SshFailure {
  if (fault === "timeout") return timeout(host);
  if (fault === "unreachable") return unreachable(host, "is unreachable from this machine");
  const { host: address, port } = host.resolved;
  const error = new UserError(
    "CONNECTION_REFUSED",
    `${address} port ${port} (${host.title}) refused the connection`,
    `Check \`port\` of ${host.way.label}, and that sshd runs there; on the host: sudo systemctl start ssh`,
  );
  return { error, retryable: true };
}

function unreachable({ resolved, title }: FailedHost, what: string): SshFailure {
  const error = new UserError(
    "HOST_UNREACHABLE",
    `${resolved.host} port ${resolved.port} (${title}) ${what}`,
    "Check the network or VPN on this machine, and the host's address.",
  );
  return { error, retryable: true };
}

function timeout({ resolved, title, log }: FailedHost): SshFailure {
  const when = log.greeted ? "during the login" : log.connected ? "before its greeting" : "while connecting";
  const error = new UserError(
    "CONNECTION_TIMEOUT",
    `${resolved.host} port ${resolved.port} (${title}) did not answer in time, ${when}`,
    log.connected
      ? "The port is open; check that sshd listens there, or give a longer timeout_seconds."
      : "Check the address, a firewall or VPN, or give a longer timeout_seconds.",
  );
  return { error, retryable: true };
}

function closedFailure(host: FailedHost): SshFailure {
  const { resolved, title, log, way } = host;
  if (!log.greeted && resolved.proxyCommand !== undefined && !host.isBehindHop) {
    const error = new UserError(
      "HOST_UNREACHABLE",
      `the ProxyCommand of ssh_config for ${title} ended without a connection`,
      `Try it by hand: ${plainSsh(way)}`,
    );
    return { error, retryable: true };
  }
  if (!log.connected) return unreachable(host, "could not be connected to");
  const error = new UserError(
    "CONNECTION_REFUSED",
    `${resolved.host} port ${resolved.port} (${title}) ${log.closed === "reset" ? "reset" : "closed"} the connection ${log.greeted ? "during the login" : "before its greeting"}`,
    "The host may limit connections or block this address; its own sshd log says which.",
  );
  return { error, retryable: true };
}

function noCommonFailure({ resolved, title, way }: FailedHost, what: string): UserError {
  const option =
    {
      cipher: "Ciphers",
      MAC: "MACs",
      "key exchange method": "KexAlgorithms",
      "host key type": "HostKeyAlgorithms",
    }[what] ?? "Compression";
  return new UserError(
    "CONFIG_INVALID",
    `${resolved.host} port ${resolved.port} (${title}) has no ${what} in common with this machine's ssh`,
    `If an old algorithm is acceptable there, add it with ${option} for this host to ~/.ssh/config; what the host offers is shown by: ${plainSsh(way)}`,
  );
}

function notStarted({ title, log, resolved }: FailedHost): UserError {
  const complaint = (log.complaint ?? "no reason given").replace(/[\s\p{Cc}]+/gu, " ").slice(0, 300);
  return new UserError(
    "CONFIG_INVALID",
    `ssh ended before it connected to ${resolved.host} (${title}): ${complaint}`,
    "Mend what it names in your ssh_config, then open again.",
  );
}

/** The exit status with which a shell tells that a signal ended a program. */
function signalOf(exitStatus = 0): number | undefined {
  return exitStatus > 128 && exitStatus <= 192 ? exitStatus - 128 : undefined;
}

function killedFailure({ title, resolved }: FailedHost, signal: number): UserError {
  return new UserError(
    "SSH_UNAVAILABLE",
    `this machine's ssh was ended by signal ${signal} before it was logged in to ${resolved.host} (${title})`,
    "Open again; if it happens again, look for what ends it, for example too little memory.",
  );
}

/** What the hop says about the host behind it. */
function forwardFailure(
  hop: FailedHost,
  fault: ForwardFault,
  next: HostOnTheWay,
  prepared: PreparedSsh,
): SshFailure {
  const name = titleOf(next, prepared);
  const report = (
    code: "CONNECTION_REFUSED" | "HOST_UNREACHABLE" | "CONNECTION_TIMEOUT" | "HOST_NOT_FOUND",
    what: string,
    retryable: boolean,
  ): SshFailure => ({
    error: new UserError(
      code,
      `${hop.title} says that ${name} ${what}`,
      `Check the host and port of ${name} as seen from ${hop.title}.`,
    ),
    retryable,
  });
  switch (fault) {
    case "refused":
      return report("CONNECTION_REFUSED", "refuses the connection", true);
    case "timeout":
      return report("CONNECTION_TIMEOUT", "does not answer", true);
    case "unknown name":
      return report("HOST_NOT_FOUND", "has a host name unknown to it", false);
    case "prohibited":
      return report("HOST_UNREACHABLE", "may not be reached through it (forwarding is prohibited)", false);
    case "unreachable":
    case "other":
      return report("HOST_UNREACHABLE", "cannot be reached from it", true);
  }
}

function final(error: UserError): SshFailure {
  return { error, retryable: false };
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
