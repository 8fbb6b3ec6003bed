import { isIPv6 } from "node:net";

import { UserError } from "../base/user-error.ts";
import { isPlainHost, isPlainUser } from "./resolve.ts";

export type JumpHost = { readonly host: string; readonly user?: string; readonly port?: number };

/** Reads a ProxyJump value, `none` included: `[user@]host[:port]` or `ssh://…`, comma-separated, the first one dialled first. */
export function parseJumpList(list: string): JumpHost[] {
  if (list.trim().toLowerCase() === "none") return [];
  return list.split(",").map((item) => parseJumpHost(item.trim()));
}

function parseJumpHost(item: string): JumpHost {
  if (isIPv6(item)) return { host: item };
  const match =
    /^(?:ssh:\/\/)?(?:(?<user>.*)@)?(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^@:/[\]]*))(?::(?<port>\d{1,5}))?\/?$/u.exec(
      item,
    );
  const { user, bracketed, plain, port = "22" } = match?.groups ?? {};
  const host = bracketed ?? plain ?? "";
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (!isPlainHost(host) || !isPort || (user !== undefined && !isPlainUser(user))) {
    throw new UserError(
      "CONFIG_INVALID",
      `jump host ${JSON.stringify(item)} is not user@host:port`,
      "Write proxy_jump as user@host:port, a connection's name, or a comma list of these.",
    );
  }
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(match?.groups?.["port"] === undefined ? {} : { port: Number(port) }),
  };
}
