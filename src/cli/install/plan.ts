import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { readClientFile, requireWritable, type ClientFile } from "./client-file.ts";
import type { Client } from "./client.ts";
import { editEntry, formats } from "./formats.ts";
import { inspectClient, readable, standingEntry, wantedEntry } from "./registration.ts";
import { renderEntry, serverName, type EntryFields } from "./server-entry.ts";
import type { Surroundings } from "./surroundings.ts";

/** What would be changed. `argv`: the client's own program does it; `after` is what its file should come to hold. */
export type Change = {
  readonly kind: "change";
  readonly client: Client;
  readonly goal: Goal;
  readonly file: ClientFile;
  readonly after: string;
  readonly argv?: readonly string[];
};

export type Plan =
  | Change
  | { readonly kind: "unchanged"; readonly client: Client; readonly path: string; readonly note: string }
  | {
      readonly kind: "refused";
      readonly client: Client;
      readonly path: string;
      readonly message: string;
      readonly hint: string;
    };

export type Goal = "install" | "uninstall";

/** Reads, and changes nothing. */
export function planFor(goal: Goal, client: Client, surroundings: Surroundings): Plan {
  const { file: path, registration } = inspectClient(client, surroundings);
  try {
    if (goal === "install" && registration.state === "good")
      return { kind: "unchanged", client, path, note: "is registered" };
    if (goal === "install" && registration.state === "disabled")
      return { kind: "unchanged", client, path, note: `is registered, and switched off in ${client.title}` };
    const file = readClientFile(path);
    const standing = standingEntry(client, file);
    if (goal === "uninstall" && standing === undefined)
      return { kind: "unchanged", client, path, note: "is not registered" };
    const change = editOf(goal, client, file, surroundings);
    requireWritable(file);
    const argv = ownWords(goal, client, surroundings, standing);
    return argv === undefined ? change : { ...change, argv };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "refused", client, path, message: error.message, hint: error.hint };
  }
}

/** The change by editing the file. Throws STORAGE_FAILED where its text does not let us. */
export function editOf(goal: Goal, client: Client, file: ClientFile, surroundings: Surroundings): Change {
  const standing = standingEntry(client, file);
  const fields =
    goal === "install" ? renderEntry(wantedEntry(client, surroundings), client.shape, standing) : undefined;
  const after = readable(client, file, () =>
    editEntry(formats[client.format], file.text, [client.servers, serverName], fields),
  );
  return { kind: "change", client, goal, file, after };
}

/** The client's own program adds and removes; it cannot change one thing of an entry and keep the others. */
function ownWords(
  goal: Goal,
  client: Client,
  surroundings: Surroundings,
  standing: EntryFields | undefined,
): readonly string[] | undefined {
  const { own } = client;
  const program = own && locateProgram(own.name, surroundings.searchPath);
  if (own === undefined || program === undefined) return undefined;
  if (goal === "uninstall") return own.remove && [program, ...own.remove];
  return standing === undefined ? [program, ...own.add(wantedEntry(client, surroundings))] : undefined;
}
