import type { HeldTerminal, Holder } from "../policy/secret-use.ts";
import { parseModes } from "./terminal-reading.ts";

const maxHolders = 60;

/** Undefined for all that is not exactly what our script prints under `tag`; what comes before that is passed over. */
export function parseHolders(text: string, tag: string): HeldTerminal | undefined {
  const lines = text.split("\n").filter((line) => line.startsWith(`${tag} `));
  const [modes = "", ...rest] = lines.map((line) => line.slice(tag.length + 1));
  const terminal = parseModes(modes);
  if (terminal === undefined || rest.pop() !== "e" || rest.length > maxHolders) return undefined;
  const holders = rest.map(parseHolder).filter((holder) => holder !== undefined);
  return holders.length === rest.length ? { ...terminal, holders } : undefined;
}

function parseHolder(line: string): Holder | undefined {
  const [, children, pid, real, effective, where, place, program] =
    /^h (some|none) ([1-9]\d{0,9}):(\d{1,10}):(\d{1,10}):(front|back):(leader|child|other):([\w.+:@-]{1,64})$/.exec(
      line,
    ) ?? [];
  if (pid === undefined || program === undefined) return undefined;
  if (place !== "leader" && place !== "child" && place !== "other") return undefined;
  return {
    pid: Number(pid),
    realUid: Number(real),
    effectiveUid: Number(effective),
    isInFront: where === "front",
    place,
    hasChildren: children === "some",
    program,
  };
}
