// Lines as OpenSSH 7.0 to 10.1 write them with LogLevel DEBUG1 (its source and 9.2's output, read 2026-11-22).
// ssh logs remote text with its newlines, so a host can add whole lines of its own. Hence: what is local (settings,
// names, addresses) counts only before the first byte is read; how ssh ended is its last line, which is its own.
// The rest are claims of a host about itself, which say no more than what it could bring about anyway.

import {
  connectFault,
  forwardFault,
  isTemporaryNameFault,
  tellingFault,
  type ConnectFault,
  type ForwardFault,
} from "./connect-fault.ts";

export type HostKeyFault = "unknown" | "changed" | "revoked" | "unverified";

/** The facts of one ssh process's log. */
export type SshLog = {
  /** ssh began to connect: its configuration was read without complaint. */
  readonly started: boolean;
  /** Of the last address that was tried. */
  readonly address: string | undefined;
  /** A command makes the connection, so that `connected` says only that it was started. */
  readonly proxied: boolean;
  /** A line of ssh's that ended it before it connected. */
  readonly complaint: string | undefined;
  readonly nameFailure: "unknown" | "temporary" | undefined;
  readonly connectFault: ConnectFault | undefined;
  /** The connection, or the proxy command's pipe, is there. */
  readonly connected: boolean;
  readonly greeted: boolean;
  /** More than one means that the host wrote some of them into the log itself. */
  readonly offeredKeys: readonly string[];
  readonly hostKeyFault: HostKeyFault | undefined;
  /** The kind of algorithm that both sides have none of in common, in ssh's words. */
  readonly noCommon: string | undefined;
  /** Names of authentication methods; what is no such name is left out. */
  readonly methodsOffered: readonly string[];
  readonly methodsTried: readonly string[];
  readonly keysOffered: readonly TriedKey[];
  readonly keysAccepted: readonly string[];
  readonly denied: boolean;
  readonly tooManyFailures: boolean;
  readonly timedOut: boolean;
  readonly closed: "closed" | "reset" | undefined;
  readonly authenticated: boolean;
  readonly loginMethod: string | undefined;
  /** A hop could not open the way to the next host. */
  readonly forwardFault: ForwardFault | undefined;
};

/** `source` is the key's file, or the comment that an agent gave. */
export type TriedKey = {
  readonly source: string;
  readonly type: string;
  readonly fingerprint: string | undefined;
};

/** The server's own name for its software: remote text. */
export function parseRemoteSoftware(text: string): string | undefined {
  return /^debug1: Remote protocol version \d+\.\d+, remote software version ([\x20-\x7e]{1,200})$/m.exec(
    text.replaceAll("\r", ""),
  )?.[1];
}

/** Never throws; unknown lines say nothing. */
export function parseSshLog(text: string): SshLog {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const beginning = lines.findIndex((line) => line.startsWith("debug1: Local version string "));
  const local = beginning === -1 ? lines : lines.slice(0, beginning);
  const all = beginning === -1 ? [] : lines.slice(beginning);
  const disconnect = all.findIndex((line) => /^Received disconnect from \S+(?: port \d+)?:\d+: /.test(line));
  const remote = disconnect === -1 ? all : all.slice(0, disconnect);
  const lastWords = all.findLast((line) => line !== "") ?? "";
  return {
    ...readLocal(local),
    connected: beginning !== -1,
    greeted: has(remote, /^debug1: Remote protocol version /),
    ...readKeys(remote, lastWords),
    ...readAuthentication(remote, lastWords, all[disconnect] ?? ""),
    ...readEnding(remote, lastWords),
  };
}

type LocalFacts = Pick<
  SshLog,
  "started" | "address" | "proxied" | "complaint" | "nameFailure" | "connectFault"
>;

function readLocal(lines: readonly string[]): LocalFacts {
  const name = firstMatch(lines, /^ssh: Could not resolve hostname [^\s:]\S*: (.+)$/);
  const reason = firstMatch(lines, /^ssh: connect to host \S+ port \d+: (.+)$/);
  const earlier = allMatches(lines, /^debug1: connect to address \S+ port \d+: (.+)$/);
  const other = lines.filter((line) => line !== "" && !line.startsWith("debug") && !line.startsWith("ssh: "));
  return {
    started: has(lines, /^debug1: (?:Connecting to |Executing proxy command: )/),
    address: allMatches(lines, /^debug1: Connecting to \S+ \[([0-9a-fA-F.:%\w]+)\] port \d+\.$/).at(-1),
    proxied: has(lines, /^debug1: Executing proxy command: /),
    complaint: other.at(-1),
    nameFailure: name === undefined ? undefined : isTemporaryNameFault(name) ? "temporary" : "unknown",
    connectFault: reason === undefined ? undefined : tellingFault([...earlier, reason].map(connectFault)),
  };
}

type KeyFacts = Pick<SshLog, "offeredKeys" | "hostKeyFault" | "noCommon">;

function readKeys(lines: readonly string[], lastWords: string): KeyFacts {
  const noCommon = firstMatch(
    lines,
    /^Unable to negotiate with \S+ port \d+: no matching (cipher|MAC|key exchange method|host key type|compression method) found\. Their offer: /,
  );
  return {
    offeredKeys: [
      ...new Set(
        allMatches(
          lines,
          /^debug1: Server host (?:key|certificate): ([a-z0-9@.-]+ SHA256:[A-Za-z0-9+/]{43})(?:, .*)?$/,
        ),
      ),
    ],
    // The refusal ends in words of the host's, so what looks like a later line may be part of it.
    hostKeyFault:
      noCommon === undefined && lastWords === "Host key verification failed."
        ? readHostKeyFault(lines)
        : undefined,
    noCommon,
  };
}

function readHostKeyFault(lines: readonly string[]): HostKeyFault {
  if (has(lines, /^(?:@ +WARNING: REVOKED HOST KEY DETECTED! +@|Host key \S+ .* revoked by file .*)$/))
    return "revoked";
  if (has(lines, /^(?:Host key|\S+ host key) for \S+ has changed and you have requested strict checking\.$/))
    return "changed";
  if (has(lines, /^No \S+ host key is known for \S+ and you have requested strict checking\.$/))
    return "unknown";
  return "unverified";
}

const methodNames = [
  "none",
  "publickey",
  "password",
  "keyboard-interactive",
  "hostbased",
  "gssapi-with-mic",
  "gssapi-keyex",
] as const;

type AuthenticationFacts = Pick<
  SshLog,
  | "methodsOffered"
  | "methodsTried"
  | "keysOffered"
  | "keysAccepted"
  | "denied"
  | "tooManyFailures"
  | "authenticated"
  | "loginMethod"
>;

const loggedIn =
  /^(?:debug1: )?Authenticat(?:ed to \S+ \((?:\[\S+\]:\d+|via proxy)\)(?: using "[a-z-]+")?\.|ion succeeded \([a-z-]+\)\.)$/;

function readAuthentication(
  lines: readonly string[],
  lastWords: string,
  farewell: string,
): AuthenticationFacts {
  const denial = /^(?:[^\s:]+: )?Permission denied \(([a-z0-9@.,-]*)\)\.$/;
  const offered = [
    ...allMatches(lines, /^debug1: Authentications that can continue: ([a-z0-9@.,-]*)$/),
    ...allMatches(lines, denial),
  ];
  const keys = readKeysTried(lines);
  const login = lines.find((line) => loggedIn.test(line));
  return {
    methodsOffered: knownMethods((offered.at(-1) ?? "").split(",")),
    methodsTried: knownMethods(allMatches(lines, /^debug1: Next authentication method: ([a-z-]+)$/)),
    keysOffered: keys.offered,
    keysAccepted: keys.accepted,
    denied: denial.test(lastWords),
    tooManyFailures:
      farewell.endsWith(":2: Too many authentication failures") ||
      /^Disconnecting(?: \S+)*: Too many authentication failures$/.test(lastWords),
    authenticated: login !== undefined,
    loginMethod: methodNames.find((name) => login?.includes(`"${name}"`) || login?.includes(`(${name})`)),
  };
}

/** Before 7.8 the lines name no fingerprint, and an acceptance not even the key. */
function readKeysTried(lines: readonly string[]): { offered: TriedKey[]; accepted: string[] } {
  const offered: TriedKey[] = [];
  const accepted: string[] = [];
  for (const line of lines) {
    const now =
      /^debug1: (Offering public key|Server accepts key): (.+) ([A-Z0-9-]+) (SHA256:[A-Za-z0-9+/]{43})(?: .*)?$/.exec(
        line,
      );
    const before = /^debug1: Offering ([A-Z0-9-]+) public key: (.+)$/.exec(line);
    if (now?.[1] === "Offering public key")
      offered.push({ source: now[2] ?? "", type: now[3] ?? "", fingerprint: now[4] });
    if (now?.[1] === "Server accepts key") accepted.push(now[2] ?? "");
    if (before !== null)
      offered.push({ source: before[2] ?? "", type: before[1] ?? "", fingerprint: undefined });
    if (/^debug1: Server accepts key: pkalg \S+ blen \d+$/.test(line))
      accepted.push(offered.at(-1)?.source ?? "");
  }
  return { offered, accepted };
}

function knownMethods(names: readonly string[]): string[] {
  return methodNames.filter((name) => names.includes(name));
}

type EndingFacts = Pick<SshLog, "timedOut" | "closed" | "forwardFault">;

function readEnding(lines: readonly string[], lastWords: string): EndingFacts {
  const timedOut =
    /^(?:Connection timed out during banner exchange|Connection (?:to|from) \S+ port \d+ timed out|(?:kex|ssh)_exchange_identification: read: (?:Connection|Operation) timed out)$/;
  const reset =
    /^(?:(?:kex|ssh)_exchange_identification: read: Connection reset by peer|Connection reset by \S+ port \d+)$/;
  const closed =
    /^(?:(?:kex|ssh)_exchange_identification: .*|(?:Connection closed by|Disconnected from) \S+ port \d+)$/;
  const forward = firstMatch(lines, /^channel \d+: open failed: (.*)$/);
  return {
    timedOut: timedOut.test(lastWords) || has(lines, /^Timeout, server \S+ not responding\.$/),
    closed: reset.test(lastWords) ? "reset" : closed.test(lastWords) ? "closed" : undefined,
    forwardFault: forward === undefined ? undefined : forwardFault(forward),
  };
}

function has(lines: readonly string[], pattern: RegExp): boolean {
  return lines.some((line) => pattern.test(line));
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return allMatches(lines, pattern)[0];
}

function allMatches(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}
