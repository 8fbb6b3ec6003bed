import { join } from "node:path";

import { homeTree } from "../../platform/home-tree.ts";

/** To any shell one plain word that is no flag. */
const plainName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

type Place = { readonly root: string; readonly home: string };

const sources: Readonly<Record<string, (place: Place) => Promise<readonly string[]>>> = {
  session: sessionNames,
  log: logNames,
  approval: approvalIds,
  connection: connectionNames,
  client: clientNames,
};

/** By the files alone, sorted; none where they cannot be read. Undefined for what is no kind of name. */
export async function namesOf(kind: string, place: Place): Promise<readonly string[] | undefined> {
  const find = Object.hasOwn(sources, kind) ? sources[kind] : undefined;
  if (find === undefined) return undefined;
  try {
    const { interpretSchemas } = await import("../../config/interpret-schemas.ts");
    interpretSchemas();
    return [...new Set(await find(place))].filter((name) => plainName.test(name)).toSorted();
  } catch {
    return [];
  }
}

async function sessionNames({ root }: Place): Promise<readonly string[]> {
  const { StateFile } = await import("../../state/state-file.ts");
  const { stateFile, locks } = treeOf(root);
  const state = new StateFile(stateFile, join(locks, "state"), () => {});
  return [...state.read().values()].map((record) => record.session_name);
}

async function approvalIds({ root }: Place): Promise<readonly string[]> {
  const { Approvals } = await import("../../policy/approvals.ts");
  const { approvals, locks } = treeOf(root);
  return new Approvals(approvals, locks).pending().map(({ id }) => id);
}

async function logNames(place: Place): Promise<readonly string[]> {
  const { keptLogs } = await import("../../state/kept-logs.ts");
  const kept = keptLogs(treeOf(place.root).logs).map(({ name }) => name);
  return [...kept, ...(await sessionNames(place))];
}

async function connectionNames({ root, home }: Place): Promise<readonly string[]> {
  const { loadConfig } = await import("../../config/load-config.ts");
  return [...loadConfig({ path: treeOf(root).configFile, home, root }).connections.keys()];
}

async function clientNames(): Promise<readonly string[]> {
  const { clients } = await import("../install/clients.ts");
  return clients.map(({ name }) => name);
}

function treeOf(root: string) {
  return homeTree(root, process.getuid?.() ?? 0);
}
