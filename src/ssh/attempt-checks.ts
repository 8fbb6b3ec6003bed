import { readFileSync } from "node:fs";

import type { Check } from "../base/check.ts";
import { UserError } from "../base/user-error.ts";
import { parseRemoteSoftware, parseSshLog, type SshLog } from "./log.ts";
import type { HostOnTheWay, PreparedSsh } from "./prepare.ts";

type Step = "configuration" | "dns" | "tcp" | "banner" | "host_key" | "authentication";

type Leg = {
  readonly way: HostOnTheWay;
  readonly log: SshLog;
  readonly software: string | undefined;
  /** The host before it. */
  readonly through: HostOnTheWay | undefined;
  readonly isTarget: boolean;
};

/**
 * One attempt step by step, from ssh's own logs, so it is to be called before they are emptied. `error` says why it came to no
 * session: its step is the last one. Without it, an unfinished login waits for a human. Holds no remote text.
 */
export function checkAttempt(prepared: PreparedSsh, error?: UserError): Check[] {
  const legs = legsOf(prepared);
  const first = legs[0]?.log;
  if (error !== undefined && first !== undefined && failedStep(first) === "configuration")
    return [failed("configuration", error)];
  const checks = [viewOf(prepared)];
  for (const leg of legs) {
    const before = legs[legs.indexOf(leg) - 1]?.log.forwardFault;
    const stop = before === undefined ? failedStep(leg.log) : before === "unknown name" ? "dns" : "tcp";
    checks.push(...passedSteps(leg, stop));
    if (stop !== undefined) return [...checks, named(leg, error === undefined ? waits : failed(stop, error))];
  }
  return error === undefined ? checks : [...checks, failed("shell", error)];
}

/** The same failure, carrying the checks of its attempt. */
export function withChecks(error: UserError, checks: readonly Check[]): UserError {
  const { code, message, hint, details } = error;
  return new UserError(code, message, hint, { details: { ...details, checks }, cause: error });
}

/** Of a failure that came before ssh was started. */
export function checkPreparation(error: UserError): Check[] {
  return [failed(error.code === "KEY_UNUSABLE" ? "key" : "configuration", error)];
}

const waits: Check = {
  name: "authentication",
  verdict: "warn",
  fact: "a human must answer a question before the login is through",
  fix: "mcp-ssh-interactive answer SESSION, once the session is opened",
};

/** So much of the host's own words that it can say nothing else by them. */
const knownSoftware = /^(?:OpenSSH_(?:for_Windows_)?\d{1,2}\.\d{1,2}(?:p\d)?|dropbear_\d{4}\.\d{1,3})/;

function legsOf({ hops, target }: PreparedSsh): Leg[] {
  const ways = [...hops, target];
  return ways.map((way, index) => {
    const text = readLog(way.logFile);
    return {
      way,
      log: parseSshLog(text),
      software: knownSoftware.exec(parseRemoteSoftware(text) ?? "")?.[0],
      through: ways[index - 1],
      isTarget: way === target,
    };
  });
}

function viewOf({ info, hops }: PreparedSsh): Check {
  const through = hops.length === 0 ? "" : `, through ${hops.map(({ label }) => label).join(", ")}`;
  return ok("configuration", `ssh makes of it ${info.user}@${info.host} port ${info.port}${through}`);
}

/** Undefined when the login is through. */
function failedStep(log: SshLog): Step | undefined {
  if (log.authenticated) return undefined;
  if (log.nameFailure !== undefined) return "dns";
  if (!log.started) return "configuration";
  if (!log.connected || (log.proxied && !log.greeted)) return "tcp";
  if (!log.greeted) return "banner";
  const isAsked = log.methodsOffered.length > 0 || log.methodsTried.length > 0;
  return isAsked || log.denied || log.tooManyFailures ? "authentication" : "host_key";
}

const order: readonly Step[] = ["dns", "tcp", "banner", "host_key", "authentication"];

function passedSteps(leg: Leg, stop: Step | undefined): Check[] {
  const steps = stop === undefined ? order : order.slice(0, Math.max(0, order.indexOf(stop)));
  return steps.flatMap((step) => {
    const fact = factOf(step, leg);
    return fact === undefined ? [] : [named(leg, ok(step, fact))];
  });
}

function factOf(step: Step, { log, software, through, way }: Leg): string | undefined {
  switch (step) {
    case "configuration":
      return undefined;
    case "dns":
      return log.address === undefined ? undefined : `the address is ${log.address}`;
    case "tcp":
      if (through !== undefined) return `connected through ${through.label}`;
      return log.proxied ? "connected through the ProxyCommand of ssh_config" : "the port is open";
    case "banner":
      return `it speaks SSH${software === undefined ? ", neither as OpenSSH nor as dropbear" : ` as ${software}`}`;
    case "host_key":
      return `${log.offeredKeys.length === 1 ? log.offeredKeys[0] : "its key"} is ${way.hostKey?.startsWith("SHA256:") === true ? "the pinned one" : "on record"}`;
    case "authentication":
      return `logged in${log.loginMethod === undefined ? "" : ` by ${log.loginMethod}`}`;
  }
}

function named({ way, isTarget }: Leg, check: Check): Check {
  return isTarget ? check : { ...check, host: way.label };
}

function ok(name: Step, fact: string): Check {
  return { name, verdict: "ok", fact };
}

function failed(name: string, { message, hint }: UserError): Check {
  return { name, verdict: "fail", fact: message, fix: hint };
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
