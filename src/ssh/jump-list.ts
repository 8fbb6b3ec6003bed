import { UserError } from "../base/user-error.ts";
import { isPlainHost, isPlainUser } from "./resolve.ts";

export type JumpHost = { readonly host: string; readonly user?: string; readonly port?: number };

/** Reads a ProxyJump value, `none` included: `[user@]host[:port]` or `ssh://…`, comma-separated, the first one dialled first. */
export function parseJumpList(list: string): JumpHost[] {
  if (list.trim().toLowerCase() === "none") return [];
  return list.split(",").map((item) => parseJumpHost(item.trim()));
}

function parseJumpHost(item: string): JumpHost {
  const match = /^(?:ssh:\/\/)?(?:(?<user>.*)@)?(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^@:[\]]*))(?::(?<port>\d{1,5}))?\/?$/u.exec(item);
  const { user, bracketed, plain, port } = match?.groups ?? {};
  const host = bracketed ?? plain ?? item;
  const bareAddress = match === null && /^[0-9A-Fa-f:]+(%[\w.-]+)?$/.test(item) && item.includes(":");
  if ((match === null && !bareAddress) || !isPlainHost(host) || (user !== undefined && !isPlainUser(user)) || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1) {
    throw new UserError("CONFIG_INVALID", `jump host ${JSON.stringify(item)} is not user@host:port`, "Write proxy_jump as user@host:port, a connection's name, or a comma list of these.");
  }
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) };
}
