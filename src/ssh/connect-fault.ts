export type ConnectFault = "refused" | "unreachable" | "timeout" | "other";

export type ForwardFault = ConnectFault | "unknown name" | "prohibited";

const timeoutWords = new Set(["Connection timed out", "Operation timed out"]);

const unreachableWords = new Set([
  "No route to host",
  "Network is unreachable",
  "Network unreachable",
  "Host is unreachable",
  "Network is down",
  "Host is down",
]);

const unknownNameWords = new Set([
  "Name or service not known",
  "nodename nor servname provided, or not known",
  "Name does not resolve",
  "No address associated with hostname",
]);

const temporaryNameWords = new Set([
  "Temporary failure in name resolution",
  "Try again",
  "Non-recoverable failure in name resolution",
  "System error",
]);

/** Reads the words of strerror(3) on Linux (glibc, musl), macOS and BSD. */
export function connectFault(words: string): ConnectFault {
  if (words === "Connection refused") return "refused";
  if (timeoutWords.has(words)) return "timeout";
  return unreachableWords.has(words) ? "unreachable" : "other";
}

/** Several addresses may fail in several ways: the one that says most about the host. */
export function tellingFault(faults: readonly ConnectFault[]): ConnectFault {
  return (["refused", "timeout", "unreachable"] as const).find((fault) => faults.includes(fault)) ?? "other";
}

/** Reads why a hop could not open the way onwards: the protocol's reason, then words of the hop's. */
export function forwardFault(reason: string): ForwardFault {
  if (reason.startsWith("administratively prohibited")) return "prohibited";
  const words = /^connect failed: (.+)$/.exec(reason)?.[1] ?? "";
  return unknownNameWords.has(words) ? "unknown name" : connectFault(words);
}

/** Reads the words of gai_strerror(3). */
export function isTemporaryNameFault(words: string): boolean {
  return temporaryNameWords.has(words);
}
