import type { SessionContext } from "./look.ts";
import type { Call } from "./outcome.ts";
import { sentInFront, type SentCommand } from "./sent-command.ts";

const longestName = 60;

/** Whose command it is, in our own words: what a client calls itself is cut to printable ASCII. */
export function ownerOf({ client, pid }: Pick<SentCommand, "client" | "pid">): string {
  const name = client.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longestName);
  return `${name} (process ${pid})`;
}

/** What keeps the terminal while something runs there: a command of this client, of another one, or a human's. */
export function whatRuns(session: SessionContext, call: Pick<Call, "client">): string {
  const inFront = sentInFront(session);
  if (inFront === undefined) return "something runs that is no command of a client";
  const isOwn = inFront.pid === process.pid && inFront.client === call.client;
  return isOwn ? "a command of this client runs" : `a command of ${ownerOf(inFront)} runs`;
}
