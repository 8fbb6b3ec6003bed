import { shownOfConfig, type ConnectionEntry } from "./read-connection.ts";

/**
 * A connection does not open when one of its jumps is a connection that does not, or leads back to it: the name
 * of a connection must never be taken for that of a host.
 */
export function withUsableJumps(entries: ReadonlyMap<string, ConnectionEntry>): Map<string, ConnectionEntry> {
  const waiting = new Map<string, Set<string>>();
  const dependents = new Map<string, string[]>();
  const settled: string[] = [];
  for (const [name, entry] of entries) {
    const hops = "config" in entry ? connectionsIn(entry.config.proxyJump, entries) : [];
    if (hops.length === 0) settled.push(name);
    else waiting.set(name, new Set(hops));
    for (const hop of hops) {
      const names = dependents.get(hop);
      if (names === undefined) dependents.set(hop, [name]);
      else names.push(name);
    }
  }
  const result = new Map(entries);
  for (const name of settled) {
    const barred = "problem" in (result.get(name) ?? {});
    for (const dependent of dependents.get(name) ?? []) {
      if (barred) setProblem(result, dependent, `its proxy_jump ${JSON.stringify(name)} cannot be used`);
      const hops = waiting.get(dependent);
      hops?.delete(name);
      if (hops?.size !== 0) continue;
      waiting.delete(dependent);
      settled.push(dependent);
    }
  }
  for (const name of waiting.keys()) setProblem(result, name, "its proxy_jump leads in a circle");
  return result;
}

function connectionsIn(jump: string | undefined, entries: ReadonlyMap<string, unknown>): string[] {
  if (jump === undefined) return [];
  return entries.has(jump) ? [jump] : [...new Set(jump.split(","))].filter((hop) => entries.has(hop));
}

function setProblem(result: Map<string, ConnectionEntry>, name: string, problem: string): void {
  const entry = result.get(name);
  if (entry !== undefined && "config" in entry)
    result.set(name, { problem, shown: shownOfConfig(entry.config) });
}
