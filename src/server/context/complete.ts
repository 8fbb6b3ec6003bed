import type { CompleteResult } from "@modelcontextprotocol/sdk/types.js";

import { UserError } from "../../base/user-error.ts";
import type { Call, SessionService } from "../../sessions/outcome.ts";
import { isRecord } from "../is-record.ts";
import { ProtocolFault, rpcCodes } from "../json-rpc.ts";
import { infoTemplate } from "./resource-uri.ts";

const maxValues = 100;
const maxCommands = 1_000;

type Wanted = {
  readonly argument: string;
  readonly value: string;
  readonly others: Readonly<Record<string, unknown>>;
};

/** Values that an argument of a prompt or a variable of a template may take; for one that is unknown there are none. */
export async function complete(
  service: SessionService,
  params: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<CompleteResult> {
  const values = await valuesFor(service, readWanted(params), call);
  return {
    completion: {
      values: values.slice(0, maxValues),
      total: values.length,
      hasMore: values.length > maxValues,
    },
  };
}

/** The variables of templates under the names that the arguments of prompts have. */
function readWanted({ ref, argument, context }: Readonly<Record<string, unknown>>): Wanted {
  if (!isRecord(ref) || !isRecord(argument)) throw malformed();
  const { name, value } = argument;
  if (typeof name !== "string" || typeof value !== "string") throw malformed();
  const others = isRecord(context) && isRecord(context["arguments"]) ? context["arguments"] : {};
  if (ref["type"] === "ref/prompt") return { argument: name, value, others };
  const { uri } = ref;
  if (ref["type"] !== "ref/resource" || typeof uri !== "string") throw malformed();
  if (name === "name") {
    const argumentName = uri === infoTemplate ? "connection_config_name" : "session_name";
    return { argument: argumentName, value, others };
  }
  const isLedger = name === "cursor" && uri.includes("/ledger");
  return { argument: isLedger ? "command_id" : name, value, others: { session_name: others["name"] } };
}

function malformed(): ProtocolFault {
  return new ProtocolFault(
    rpcCodes.invalidParams,
    "completion/complete needs ref and argument {name, value}",
  );
}

async function valuesFor(
  service: SessionService,
  { argument, value, others }: Wanted,
  call: Call,
): Promise<readonly string[]> {
  const { hosts, sessions } = service.catalog();
  switch (argument) {
    case "connection_config_name":
      return beginning(
        hosts.map(({ name }) => name),
        value,
      );
    case "session_name":
      return beginning(
        sessions.map(({ name }) => name),
        value,
      );
    case "command_id":
      return beginning(await commandIds(service, others["session_name"]), value);
    case "folder": {
      const config = others["connection_config_name"];
      const live = sessions.find(({ connectionConfig }) => connectionConfig === config);
      return live === undefined ? [] : await foldersOf(service, live.name, value, call);
    }
    default:
      return [];
  }
}

function beginning(names: readonly string[], value: string): string[] {
  const wanted = value.toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(wanted));
}

/** The newest first. */
function commandIds(service: SessionService, sessionName: unknown): Promise<readonly string[]> {
  if (typeof sessionName !== "string") return Promise.resolve([]);
  return orNone(async () => {
    const commands = await (await service.find(sessionName)).history(maxCommands);
    return commands.map(({ id }) => id).reverse();
  });
}

function foldersOf(
  service: SessionService,
  sessionName: string,
  begun: string,
  call: Call,
): Promise<readonly string[]> {
  return orNone(async () => (await service.find(sessionName)).remoteFolders(begun, call.signal));
}

/** What cannot be had is no suggestion; the call that needs it will tell why. */
async function orNone(work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
