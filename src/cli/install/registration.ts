import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { UserError } from "../../base/user-error.ts";
import { locateProgram } from "../../platform/programs.ts";
import { readClientFile, type ClientFile } from "./client-file.ts";
import type { Client } from "./client.ts";
import { clients } from "./clients.ts";
import { BrokenText, OtherStyle } from "./format.ts";
import { findEntry, formats } from "./formats.ts";
import { neededEnvironment } from "./needed-environment.ts";
import { isSameFile, realPath } from "./own-place.ts";
import {
  isDisabled,
  readEntry,
  renderEntry,
  serverName,
  type EntryFields,
  type ServerEntry,
} from "./server-entry.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * `good`: it starts this very program as it would be registered now. `outdated`: it does, with other arguments or
 * variables. `other`: it starts another program. `missing`: what it starts does not exist. `unreadable`: who knows.
 */
export type Registration =
  | { readonly state: "none" | "good" | "outdated" | "disabled" }
  | { readonly state: "other" | "missing"; readonly program: string }
  | { readonly state: "unreadable"; readonly message: string; readonly hint: string };

/** `present`: the client has been used on this machine. `file` is its list of servers, which need not exist. */
export type ClientState = {
  readonly client: Client;
  readonly present: boolean;
  readonly file: string;
  readonly registration: Registration;
};

/** All clients that are known, in the order of the table; nothing is changed or started. */
export function inspectClients(surroundings: Surroundings): readonly ClientState[] {
  return clients.map((client) => inspectClient(client, surroundings));
}

export function inspectClient(client: Client, surroundings: Surroundings): ClientState {
  const file = fileOf(client, surroundings);
  const present =
    client.signs(surroundings).some((path) => existsSync(path)) ||
    (client.own !== undefined && locateProgram(client.own.name, surroundings.searchPath) !== undefined);
  return { client, present, file, registration: inspectFile(client, file, surroundings) };
}

export function wantedEntry(client: Client, surroundings: Surroundings): ServerEntry {
  const [program = "", ...args] = surroundings.command;
  return { program, args, env: neededEnvironment(client, surroundings) };
}

/** Throws STORAGE_FAILED, with the line where the text is broken. */
export function standingEntry(client: Client, file: ClientFile): EntryFields | undefined {
  return readable(client, file, () =>
    findEntry(formats[client.format], file.text, [client.servers, serverName]),
  );
}

/** What a file's text makes impossible, with the command that shows what to write by hand. */
export function readable<T>(client: Client, { path }: ClientFile, look: () => T): T {
  const byHand = `mcp-ssh-interactive install --print ${client.name}`;
  try {
    return look();
  } catch (error) {
    if (error instanceof BrokenText) {
      const place = `${path} is broken at line ${error.line}: ${error.message}`;
      throw new UserError(
        "STORAGE_FAILED",
        place,
        `Mend line ${error.line}, and run the same command again.`,
      );
    }
    if (error instanceof OtherStyle)
      throw new UserError(
        "STORAGE_FAILED",
        `${path} is left as it is: ${error.message}`,
        `What to write there by hand: ${byHand}`,
      );
    throw error;
  }
}

/** The first that exists, else the first whose folder does, else the first. */
function fileOf(client: Client, surroundings: Surroundings): string {
  const files = client.files(surroundings);
  return (
    files.find((path) => existsSync(path)) ?? files.find((path) => existsSync(dirname(path))) ?? files[0]
  );
}

function inspectFile(client: Client, path: string, surroundings: Surroundings): Registration {
  try {
    const fields = standingEntry(client, readClientFile(path));
    return fields === undefined ? { state: "none" } : judge(client, fields, surroundings);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: "unreadable", message: error.message, hint: error.hint };
  }
}

function judge(client: Client, fields: EntryFields, surroundings: Surroundings): Registration {
  const program = readEntry(fields, client.shape)?.program ?? "";
  const found = program.includes("/") ? realPath(program) : locateProgram(program, surroundings.searchPath);
  if (found === undefined) return { state: "missing", program };
  const wanted = wantedEntry(client, surroundings);
  if (!isSameFile(found, wanted.program)) return { state: "other", program };
  if (isDisabled(fields)) return { state: "disabled" };
  const renewed = renderEntry({ ...wanted, program }, client.shape, fields);
  return { state: isDeepStrictEqual(renewed, fields) ? "good" : "outdated" };
}
