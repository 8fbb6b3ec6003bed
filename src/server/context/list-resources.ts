import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  Resource,
} from "@modelcontextprotocol/sdk/types.js";

import type { Catalog } from "../../sessions/catalog.ts";
import { ProtocolFault, rpcCodes } from "../json-rpc.ts";
import {
  infoTemplate,
  infoUri,
  ledgerTemplate,
  logTemplate,
  screenTemplate,
  sessionUri,
} from "./resource-uri.ts";

export const text = "text/plain";
export const markdown = "text/markdown";
export const json = "application/json";

const pageLength = 200;

/** The notes on hosts and the files of open sessions, a page at a time. */
export function listResources({ hosts, sessions }: Catalog, cursor: unknown): ListResourcesResult {
  const notes = hosts.flatMap((host): Resource[] => {
    if (!host.hasInfo) return [];
    const { name, infoBytes } = host;
    const title = `Notes on ${name}`;
    return [{ uri: infoUri(name), name: `${name} info`, title, mimeType: markdown, ...sized(infoBytes) }];
  });
  const all = [...notes, ...sessions.flatMap(sessionResources)];
  const start = readPlace(cursor);
  const next = start + pageLength;
  return {
    resources: all.slice(start, next),
    ...(next < all.length ? { nextCursor: String(next) } : {}),
  };
}

function sessionResources({ name, logBytes }: Catalog["sessions"][number]): Resource[] {
  return [
    {
      uri: sessionUri(name, "log"),
      name: `${name} log`,
      title: `Output of session ${name}`,
      mimeType: text,
      ...sized(logBytes),
    },
    {
      uri: sessionUri(name, "screen"),
      name: `${name} screen`,
      title: `Screen of session ${name}`,
      mimeType: text,
    },
    {
      uri: sessionUri(name, "ledger"),
      name: `${name} ledger`,
      title: `Commands of session ${name}`,
      mimeType: json,
    },
  ];
}

function sized(size: number | undefined): { size?: number } {
  return size === undefined ? {} : { size };
}

export function readPlace(cursor: unknown): number {
  if (cursor === undefined || cursor === null) return 0;
  if (typeof cursor === "string" && /^\d{1,6}$/.test(cursor)) return Number(cursor);
  throw new ProtocolFault(rpcCodes.invalidParams, "cursor is none that this server gave");
}

export function listResourceTemplates(): ListResourceTemplatesResult {
  return {
    resourceTemplates: [
      {
        uriTemplate: infoTemplate,
        name: "info",
        title: "Notes on a host",
        description: "What the user wrote about the host of a connection.",
        mimeType: markdown,
      },
      {
        uriTemplate: logTemplate,
        name: "log",
        title: "Output of a session",
        description:
          "A page of a session's output from cursor on; without one the last page. The first line of each page names the next.",
        mimeType: text,
      },
      {
        uriTemplate: screenTemplate,
        name: "screen",
        title: "Screen of a session",
        description: "The terminal of a session as it stands.",
        mimeType: text,
      },
      {
        uriTemplate: ledgerTemplate,
        name: "ledger",
        title: "Commands of a session",
        description:
          "The newest commands that agents ran in a session; with a command id as cursor those after it.",
        mimeType: json,
      },
    ],
  };
}
