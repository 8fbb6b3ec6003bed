import type { HostOnTheWay } from "./prepare.ts";
import { shellQuote } from "./shell-quote.ts";

/** The shell command with which a human reaches the same destination, without any file of ours. */
export function plainSsh({ humanArgs, resolution }: HostOnTheWay, ...options: readonly string[]): string {
  return ["ssh", ...options, ...humanArgs, resolution.host].map(shellQuote).join(" ");
}
