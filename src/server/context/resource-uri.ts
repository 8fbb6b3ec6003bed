/** What a URI of ours names; `cursor` asks for the part from there on. */
export type ResourceName =
  | { readonly kind: "info"; readonly connectionConfigName: string }
  | {
      readonly kind: "log" | "screen" | "ledger";
      readonly sessionName: string;
      readonly cursor: string | undefined;
    };

const sessionPart = /^ssh:\/\/sessions\/([^/?#]+)\/(log|screen|ledger)(?:\?cursor=([^&#]*))?$/;
const infoPart = /^ssh:\/\/configs\/([^/?#]+)\/info$/;

export const infoTemplate = "ssh://configs/{name}/info";
export const logTemplate = "ssh://sessions/{name}/log{?cursor}";
export const screenTemplate = "ssh://sessions/{name}/screen";
export const ledgerTemplate = "ssh://sessions/{name}/ledger{?cursor}";

export function infoUri(connectionConfigName: string): string {
  return `ssh://configs/${encodeURIComponent(connectionConfigName)}/info`;
}

export function sessionUri(sessionName: string, kind: "log" | "screen" | "ledger", cursor?: string): string {
  const query = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
  return `ssh://sessions/${encodeURIComponent(sessionName)}/${kind}${query}`;
}

/** Undefined for what is no URI of ours. */
export function parseResourceUri(uri: string): ResourceName | undefined {
  try {
    const info = infoPart.exec(uri)?.[1];
    if (info !== undefined) return { kind: "info", connectionConfigName: decodeURIComponent(info) };
    const [, name, kind, cursor] = sessionPart.exec(uri) ?? [];
    if (name === undefined || (kind !== "log" && kind !== "screen" && kind !== "ledger")) return undefined;
    return {
      kind,
      sessionName: decodeURIComponent(name),
      cursor: cursor === undefined ? undefined : decodeURIComponent(cursor),
    };
  } catch {
    return undefined;
  }
}
