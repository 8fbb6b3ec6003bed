/** Why a value cannot be a host, user or jump; undefined when it can. Never repeats more of the value than needed. */
export type AddressProblem = { readonly message: string; readonly fix: string };

const maxLength = 255;
const ipv6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9][A-Za-z0-9._-]*)?$/;
const hostName = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._+-]*$/u;
const userName = /^[\p{L}\p{N}_.][\p{L}\p{M}\p{N}._+=@:#-]*(?:\\[\p{L}\p{N}_.][\p{L}\p{M}\p{N}._+=@:#-]*)?$/u;

export function hostProblem(host: string): AddressProblem | undefined {
  const general = generalProblem("host", host);
  if (general !== undefined) return general;
  if (/^\[.*\]$/.test(host))
    return { message: "host has brackets", fix: `write the address alone: host: "${host.slice(1, -1)}"` };
  if (host.includes("@"))
    return { message: "host holds a user", fix: "write `user:` and `host:` as two keys" };
  if (host.includes("://"))
    return { message: "host is a URL", fix: "write the host name alone, without ssh://" };
  if (/^[^:]+:\d+$/.test(host))
    return { message: "host holds a port", fix: "write `host:` and `port:` as two keys" };
  if (hostName.test(host) || ipv6.test(host)) return undefined;
  return {
    message: "host holds a character that no host name has",
    fix: "letters, digits, `.`, `-`, `_` or an IPv6 address",
  };
}

export function userProblem(user: string): AddressProblem | undefined {
  const general = generalProblem("user", user);
  if (general !== undefined) return general;
  if (userName.test(user)) return undefined;
  return {
    message: "user holds a character that could be shell syntax",
    fix: "letters, digits and `. _ - + = @ : #`, or DOMAIN\\name",
  };
}

/** A jump as `[user@]host[:port]`, IPv6 in brackets, several with commas, or `none`. */
export function jumpProblem(jump: string): AddressProblem | undefined {
  const general = generalProblem("proxy_jump", jump);
  if (general !== undefined) return general;
  for (const hop of jump.split(",")) {
    const problem = hopProblem(hop);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hopProblem(hop: string): AddressProblem | undefined {
  const fix = "write another connection's name, or user@host:port";
  const parts = /^(?:(.+)@)?(?:\[([^\]]+)\]|([^[\]@:]+))(?::(\d+))?$/.exec(hop);
  const host = parts?.[2] ?? parts?.[3];
  if (parts === null || host === undefined)
    return { message: "proxy_jump is not of the form user@host:port", fix };
  const inner = hostProblem(host) ?? (parts[1] === undefined ? undefined : userProblem(parts[1]));
  if (inner !== undefined) return { message: `in proxy_jump, ${inner.message}`, fix };
  const port = parts[4] === undefined ? 22 : Number(parts[4]);
  return port >= 1 && port <= 65_535
    ? undefined
    : { message: "in proxy_jump, the port is not 1 to 65535", fix };
}

function generalProblem(key: string, value: string): AddressProblem | undefined {
  if (value === "") return { message: `${key} is empty`, fix: `give ${key} a value, or remove the line` };
  if (value.startsWith("-"))
    return { message: `${key} begins with "-"`, fix: "ssh would take it for an option: remove the dash" };
  if (/\s/u.test(value)) return { message: `${key} holds white space`, fix: "remove the blank" };
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value))
    return { message: `${key} holds a control character`, fix: "type it anew" };
  if (value.length > maxLength)
    return { message: `${key} is longer than ${maxLength} characters`, fix: "shorten it" };
  return undefined;
}
