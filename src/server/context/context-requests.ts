import type { JSONRPCRequest, Result } from "@modelcontextprotocol/sdk/types.js";

import { UserError } from "../../base/user-error.ts";
import type { Watched } from "../../sessions/catalog.ts";
import type { Call, SessionService } from "../../sessions/outcome.ts";
import { ProtocolFault, rpcCodes } from "../json-rpc.ts";
import { complete } from "./complete.ts";
import { listResources, listResourceTemplates } from "./list-resources.ts";
import { ListWatch } from "./list-watch.ts";
import { getPrompt, listPrompts } from "./prompts.ts";
import { readResource } from "./read-resource.ts";
import { parseResourceUri, sessionUri, infoUri, type ResourceName } from "./resource-uri.ts";
import { Subscriptions } from "./subscriptions.ts";

const maxSubscriptions = 300;

/** What the client is told without having asked. */
export type Announce = {
  readonly updated: (uri: string) => Promise<void>;
  readonly listChanged: (what: "resources" | "prompts") => Promise<void>;
  /** Our own words and names alone. */
  readonly tell: (level: "info" | "error", words: string) => void;
};

/** Resources, prompts and completion of one client. */
export class ContextRequests implements Disposable {
  readonly #service: SessionService;
  readonly #announce: Announce;
  readonly #subscriptions = new Subscriptions();
  readonly #lists: ListWatch;

  constructor(service: SessionService, announce: Announce) {
    this.#service = service;
    this.#announce = announce;
    this.#lists = new ListWatch(service, this.#subscriptions, async (what, words) => {
      for (const each of words) announce.tell("info", each);
      await announce.listChanged(what);
    });
  }

  /** Throws ProtocolFault. */
  async answer({ method, params = {} }: JSONRPCRequest, call: Call): Promise<Result> {
    try {
      return await this.#answer(method, params, call);
    } catch (error) {
      throw error instanceof UserError ? faultOf(error) : error;
    }
  }

  async #answer(method: string, params: Readonly<Record<string, unknown>>, call: Call): Promise<Result> {
    switch (method) {
      case "resources/list":
        this.#lists.resourcesListed();
        return listResources(this.#service.catalog(), params["cursor"]);
      case "resources/templates/list":
        return listResourceTemplates();
      case "resources/read": {
        const { uri, name } = readUri(params);
        return { contents: [{ uri, ...(await readResource(this.#service, name, call)) }] };
      }
      case "resources/subscribe":
        await this.#subscribe(readUri(params));
        return {};
      case "resources/unsubscribe":
        this.#subscriptions.remove(readUri(params).uri);
        return {};
      case "prompts/list":
        this.#lists.promptsListed();
        return listPrompts(this.#service, params["cursor"]);
      case "prompts/get":
        return getPrompt(this.#service, params);
      case "completion/complete":
        return complete(this.#service, params, call);
      default:
        throw new ProtocolFault(rpcCodes.methodNotFound, "Method not found");
    }
  }

  async #subscribe({ uri, name }: { readonly uri: string; readonly name: ResourceName }): Promise<void> {
    await this.#requireThere(name);
    if (this.#subscriptions.size >= maxSubscriptions)
      throw new ProtocolFault(rpcCodes.invalidParams, `more than ${maxSubscriptions} subscriptions`);
    const watched: Watched =
      name.kind === "info"
        ? { kind: "info", connectionConfigName: name.connectionConfigName }
        : { kind: name.kind === "ledger" ? "ledger" : "log", sessionName: name.sessionName };
    const watch = () => this.#service.watch(watched);
    this.#subscriptions.add(uri, watch, () => this.#announce.updated(uri));
  }

  async #requireThere(name: ResourceName): Promise<void> {
    if (name.kind === "info") await this.#service.serverInfo(name.connectionConfigName);
    else await this.#service.find(name.sessionName);
  }

  [Symbol.dispose](): void {
    this.#subscriptions[Symbol.dispose]();
  }
}

function readUri({ uri }: Readonly<Record<string, unknown>>): { uri: string; name: ResourceName } {
  if (typeof uri !== "string") throw new ProtocolFault(rpcCodes.invalidParams, "uri must be a string");
  const name = parseResourceUri(uri);
  if (name !== undefined) return { uri, name };
  const known = `${infoUri("NAME")}, ${sessionUri("NAME", "log")}, /screen and /ledger`;
  throw new ProtocolFault(rpcCodes.resourceNotFound, `No such resource; there are ${known}`);
}

/** MCP has a code of its own for a resource that is not there. */
function faultOf({ code, message, hint }: UserError): ProtocolFault {
  const isMissing = code.endsWith("_NOT_FOUND") || code === "INFO_NOT_CONFIGURED";
  const isWrong = code.endsWith("_INVALID") || code === "INVALID_ARGUMENT";
  const rpcCode = isMissing
    ? rpcCodes.resourceNotFound
    : isWrong
      ? rpcCodes.invalidParams
      : rpcCodes.internalError;
  return new ProtocolFault(rpcCode, `${code}: ${message}. ${hint}`);
}
