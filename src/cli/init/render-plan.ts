import { join } from "node:path";

import type { HomeTree } from "../../platform/home-tree.ts";
import { printable } from "../printable.ts";
import { insertedLines, type Plan } from "./plan.ts";

/** What a human reads before anything is changed; lines that begin with blanks are to be shown as they are. */
export function renderPlan(plan: Plan, tree: HomeTree, home: string): string[] {
  const place = (path: string) => printable(shortPath(path, home));
  return [
    ...(plan.createsTree ? [`Create ${place(tree.root)}/ with logs/, info/ and more, for you alone.`] : []),
    ...configLines(plan, place(tree.configFile)),
    ...(plan.tests ? [`Test ${names(plan)} first: one login each. What fails is not written unasked.`] : []),
    ...plan.notes.map(
      ({ connection, file }) =>
        `Begin notes for the agent in ${place(join(tree.info, file))}${plan.tests ? `, from one read-only command on ${printable(connection)}` : ""}.`,
    ),
    ...plan.keptNotes.map((file) => `Keep the notes in ${place(join(tree.info, file))} as they are.`),
    ...plan.clients.map(({ title, path }) => `Register this program with ${title}, in ${place(path)}.`),
  ];
}

function configLines({ config }: Plan, path: string): string[] {
  if (config === undefined) return [];
  const added = insertedLines(config.before, config.after).map((line) => `  ${printable(line)}`);
  const title =
    config.backup === undefined
      ? `Write ${path}:`
      : `Add to ${path}, which is kept as ${printable(config.backup)}:`;
  return [title, ...added.filter((line) => line.trim() !== "")];
}

function names({ connections }: Plan): string {
  return connections.map(({ name }) => printable(name)).join(", ");
}

export function shortPath(path: string, home: string): string {
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
