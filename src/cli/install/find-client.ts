import { nearestName } from "../../base/nearest-name.ts";
import { UsageError } from "../usage-error.ts";
import type { Client } from "./client.ts";
import { clients } from "./clients.ts";

/** By name or title, whatever its capitals and blanks. Throws UsageError. */
export function findClient(word: string): Client {
  const bare = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "");
  const found = clients.find(({ name, title }) => [bare(name), bare(title)].includes(bare(word)));
  if (found !== undefined) return found;
  const names = clients.map(({ name }) => name);
  const nearest = nearestName(word, names);
  throw new UsageError(
    `unknown client ${JSON.stringify(word)}${nearest === undefined ? `; known are ${names.join(", ")}` : `; did you mean ${nearest}?`}`,
  );
}
