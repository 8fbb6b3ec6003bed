import type { GetPromptResult, ListPromptsResult, Prompt } from "@modelcontextprotocol/sdk/types.js";

import { nearestName } from "../../base/nearest-name.ts";
import { UserError } from "../../base/user-error.ts";
import type { SessionService } from "../../sessions/outcome.ts";
import { fence } from "../fence.ts";
import { isRecord } from "../is-record.ts";
import { ProtocolFault, rpcCodes } from "../json-rpc.ts";
import { cleanField, cleanText, sliceWhole } from "../remote-text.ts";
import { sectionsOf, type Section } from "./headings.ts";
import { readPlace } from "./list-resources.ts";
import { ownPrompts } from "./own-prompts.ts";

const pageLength = 100;
const maxBodyChars = 16_000;

/** A procedure of a host's notes. */
type Procedure = Section & { readonly name: string; readonly host: string };

/** Ours, then one for each section of each host's notes. */
export async function listPrompts(service: SessionService, cursor: unknown): Promise<ListPromptsResult> {
  const procedures = await allProcedures(service);
  const all = [...ownPrompts.map(({ prompt }) => prompt), ...procedures.map(procedurePrompt)];
  const start = readPlace(cursor);
  const next = start + pageLength;
  return { prompts: all.slice(start, next), ...(next < all.length ? { nextCursor: String(next) } : {}) };
}

export async function getPrompt(
  service: SessionService,
  params: Readonly<Record<string, unknown>>,
): Promise<GetPromptResult> {
  const name = params["name"];
  if (typeof name !== "string") throw new ProtocolFault(rpcCodes.invalidParams, "name must be a string");
  const own = ownPrompts.find(({ prompt }) => prompt.name === name);
  if (own !== undefined) {
    const words = own.render(readPromptArguments(own.prompt, params["arguments"]));
    return asUser(own.prompt.description, words);
  }
  const procedures = await allProcedures(service);
  const procedure = procedures.find((candidate) => candidate.name === name);
  if (procedure === undefined) throw unknownPrompt(name, procedures);
  readPromptArguments(procedurePrompt(procedure), params["arguments"]);
  return asUser(procedurePrompt(procedure).description, renderProcedure(procedure));
}

function asUser(description: string | undefined, words: string): GetPromptResult {
  return {
    ...(description === undefined ? {} : { description }),
    messages: [{ role: "user", content: { type: "text", text: words } }],
  };
}

function unknownPrompt(name: string, procedures: readonly Procedure[]): ProtocolFault {
  const known = [...ownPrompts.map(({ prompt }) => prompt.name), ...procedures.map((each) => each.name)];
  const nearest = nearestName(name.slice(0, 128), known);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new ProtocolFault(rpcCodes.invalidParams, `Unknown prompt: ${name.slice(0, 80)}${hint}`);
}

function readPromptArguments(
  { name, arguments: known = [] }: Prompt,
  given: unknown,
): ReadonlyMap<string, string> {
  const args = given ?? {};
  if (!isRecord(args)) throw new ProtocolFault(rpcCodes.invalidParams, "arguments must be an object");
  const names = known.map((argument) => argument.name);
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(args)) {
    if (value === null || value === undefined || value === "") continue;
    if (!names.includes(key)) {
      const nearest = nearestName(key.slice(0, 64), names);
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
      const words = `${name} has no argument ${JSON.stringify(key.slice(0, 60))}${hint}`;
      throw new ProtocolFault(rpcCodes.invalidParams, words);
    }
    if (typeof value !== "string") throw new ProtocolFault(rpcCodes.invalidParams, `${key} must be a string`);
    values.set(key, cleanField(value));
  }
  const missing = known.find((argument) => argument.required === true && !values.has(argument.name));
  if (missing !== undefined) throw new ProtocolFault(rpcCodes.invalidParams, `${missing.name} is missing`);
  return values;
}

/** Notes that cannot be read have none; get_server_info tells why. */
async function allProcedures(service: SessionService): Promise<Procedure[]> {
  const hosts = service.catalog().hosts.filter(({ hasInfo }) => hasInfo);
  const found = await Promise.all(
    hosts.map(async ({ name: host }) => {
      try {
        const sections = sectionsOf(cleanText((await service.serverInfo(host)).infoContent));
        return sections.map((section) => ({ ...section, host, name: `${host}.${slug(section.title)}` }));
      } catch (error) {
        if (error instanceof UserError) return [];
        throw error;
      }
    }),
  );
  const counts = new Map<string, number>();
  return found.flat().map((procedure) => {
    const count = (counts.get(procedure.name) ?? 0) + 1;
    counts.set(procedure.name, count);
    return count === 1 ? procedure : { ...procedure, name: `${procedure.name}-${count}` };
  });
}

function slug(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["section"];
  return words.join("-");
}

function procedurePrompt({ name, host, title }: Procedure): Prompt {
  return {
    name,
    title: `${cleanField(title)} (${host})`,
    description: `"${cleanField(title)}" as the notes on ${host} have it`,
  };
}

function renderProcedure({ host, title, body }: Procedure): string {
  const text = body.length <= maxBodyChars ? body : `${sliceWhole(body, 0, maxBodyChars)}…`;
  return `Carry out "${cleanField(title)}" on connection ${JSON.stringify(host)}, as the user's notes have it below.

Use an open session of that connection (list_connections), or open one. Look first whether the host is as the notes assume. Go step by step: run a command with wait_seconds, read its result, and go on only if it is what the step wants. Where the notes leave something open, or a step would do more than they say, ask. At the end say what was done and what state the host is in.

${fence("info", text)}`;
}
