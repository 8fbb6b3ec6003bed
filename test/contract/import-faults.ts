import { dirname, join } from "node:path/posix";

import type { Architecture } from "./layers.ts";

/** Path under src/ with `/` → text. */
export type Sources = ReadonlyMap<string, string>;

/** Every import that the table forbids, as `file: fact`; type-only imports never count. */
export function findImportFaults(sources: Sources, table: Architecture): string[] {
  const faults: string[] = [];
  for (const [file, text] of sources) {
    if (file.endsWith(".d.ts")) continue;
    if (table.layers[layerOf(file)] === undefined) faults.push(`${file}: ${layerOf(file)} is not a layer`);
    if (!isProgram(file)) continue;
    for (const path of importsOf(text)) {
      const fault = faultOfImport(file, path, sources, table);
      if (fault !== undefined) faults.push(`${file}: ${fault}`);
    }
    if (hasComputedImport(text)) faults.push(`${file}: import() of a computed path`);
  }
  return [...faults, ...findCycles(sources)];
}

function faultOfImport(
  file: string,
  path: string,
  sources: Sources,
  table: Architecture,
): string | undefined {
  if (path.startsWith(".")) return faultOfFile(file, join(dirname(file), path), sources, table);
  if (path === "bun" || path.startsWith("bun:") || path.startsWith("node:"))
    return faultOfBuiltin(file, path, table);
  const name = path.split("/", path.startsWith("@") ? 2 : 1).join("/");
  const owners = table.packages[name];
  if (owners === undefined) return `package ${name} has no owner in layers.ts`;
  return isOwned(file, owners) ? undefined : `package ${name} belongs to ${owners.join(" ")}`;
}

function faultOfFile(
  file: string,
  target: string,
  sources: Sources,
  table: Architecture,
): string | undefined {
  if (target.startsWith("../")) {
    const outside = target.slice("../".length);
    return isOwned(file, table.outside[outside] ?? []) ? undefined : `${outside} is outside src/`;
  }
  if (!sources.has(target)) return `${target} does not exist`;
  const [from, to] = [layerOf(file), layerOf(target)];
  if (from === to || table.layers[from]?.includes(to) === true) return undefined;
  return `${from} may not import ${to} (${target})`;
}

function faultOfBuiltin(file: string, path: string, table: Architecture): string | undefined {
  if (!table.pure.includes(layerOf(file)) || table.pureModules.includes(path)) return undefined;
  return `${layerOf(file)} is pure and may not import ${path}`;
}

/** One line for each cycle of imports, its files in order. */
function findCycles(sources: Sources): string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.add(`import cycle: ${rotate(trail.slice(start)).join(" → ")}`);
    if (start >= 0 || done.has(file) || !isProgram(file)) return;
    for (const path of importsOf(sources.get(file) ?? "")) {
      const target = join(dirname(file), path);
      if (path.startsWith(".") && sources.has(target)) visit(target, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return [...cycles];
}

/** The same cycle has the same text wherever the walk entered it. */
function rotate(cycle: readonly string[]): string[] {
  const first = cycle.indexOf([...cycle].sort()[0] ?? "");
  return [...cycle.slice(first), ...cycle.slice(0, first), cycle[first] ?? ""];
}

/** scanImports leaves type-only imports out and finds import(), require() and export … from. */
function importsOf(text: string): string[] {
  return new Bun.Transpiler({ loader: "ts" }).scanImports(text).map(({ path }) => path);
}

function hasComputedImport(text: string): boolean {
  return /\b(?:import|require)\s*\(\s*[^"\s]/.test(new Bun.Transpiler({ loader: "ts" }).transformSync(text));
}

function isProgram(file: string): boolean {
  return file.endsWith(".ts");
}

function layerOf(file: string): string {
  return file.split("/", 1).join("");
}

function isOwned(file: string, owners: readonly string[]): boolean {
  return owners.some((owner) => file === owner || (owner.endsWith("/") && file.startsWith(owner)));
}
