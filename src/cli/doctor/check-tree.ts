import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";

import { shellWord } from "../../base/shell-word.ts";
import { isLink, linkFault } from "../../platform/tree-links.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "folders";

/** The tree's folders and the files in them: there, ours, closed to others. config.yml is looked at by its own check. */
export function checkTree({ tree, uid }: Place): Finding[] {
  const root = folderFault(tree.root, uid, true);
  if (root !== undefined) return [root];
  const runtime = tree.runtime === tree.root ? [] : [dirname(tree.runtime), tree.runtime].filter(isThere);
  // What a link of the user's own notes or transfers leads to is theirs to close.
  const shared = [tree.info, tree.transfers].filter((folder) => !(isLink(folder) && existsSync(folder)));
  const inner = [tree.logs, tree.locks, tree.mux, ...shared];
  const outer = isThere(tree.runtime) ? inner : inner.filter((folder) => folder !== tree.mux);
  const faults = [
    ...runtime.flatMap((folder) => folderFault(folder, uid, true) ?? []),
    ...missingFolders(outer.filter((folder) => !isThere(folder))),
    ...outer.filter(isThere).flatMap((folder) => folderFault(folder, uid, false) ?? []),
  ];
  const sound = [tree.root, ...outer].filter(
    (folder) => !isLink(folder) && folderFault(folder, uid, false) === undefined,
  );
  faults.push(...sound.flatMap((folder) => fileFaults(folder, uid, tree.configFile)));
  return faults.length > 0
    ? faults
    : [{ name, verdict: "ok", fact: `${tree.root} and what is in it are yours alone` }];
}

function missingFolders(folders: readonly string[]): Finding[] {
  if (folders.length === 0) return [];
  const fact = `${folders.join(", ")} ${folders.length === 1 ? "does" : "do"} not exist yet`;
  const mend = () => folders.forEach((folder) => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  return [{ name, verdict: "warn", fact, fix: `mkdir -p -m 700 ${folders.map(shellWord).join(" ")}`, mend }];
}

/** What the server would set right by itself is a warning. */
function folderFault(folder: string, uid: number, isOuter: boolean): Finding | undefined {
  const facts = lstatSync(folder, { throwIfNoEntry: false });
  const word = shellWord(folder);
  const verdict = isOuter ? "fail" : "warn";
  if (facts === undefined) {
    const mend = () => void mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { name, verdict, fact: `${folder} does not exist`, fix: `mkdir -p -m 700 ${word}`, mend };
  }
  if (!isOuter && facts.isSymbolicLink() && existsSync(folder)) {
    const fault = linkFault(folder);
    return fault && { name, verdict: "fail", ...fault };
  }
  if (!facts.isDirectory()) {
    const fix = `mv ${word} ${shellWord(`${folder}.aside`)} && mkdir -m 700 ${word}`;
    return { name, verdict: "fail", fact: `${folder} is no folder of its own`, fix };
  }
  if (facts.uid !== uid) return foreign(folder, facts, uid);
  if ((facts.mode & 0o777) === 0o700) return undefined;
  const isOpen = (facts.mode & 0o077) !== 0;
  return {
    name,
    verdict: isOpen ? verdict : "fail",
    fact: `${folder} has mode ${render(facts)}${isOpen ? ", open to others" : ", closed to yourself"}`,
    fix: `chmod 700 ${word}`,
    mend: () => chmodSync(folder, 0o700),
  };
}

function fileFaults(folder: string, uid: number, configFile: string): Finding[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .filter((path) => path !== configFile)
    .flatMap((path) => {
      const facts = lstatSync(path, { throwIfNoEntry: false });
      return facts === undefined ? [] : [{ path, facts }];
    });
  const other = files.find(({ facts }) => facts.uid !== uid);
  const open = files.filter(({ facts }) => facts.uid === uid && (facts.mode & 0o077) !== 0);
  return [
    ...(other === undefined ? [] : [foreign(other.path, other.facts, uid)]),
    ...(open.length === 0 ? [] : [openFiles(folder, open)]),
  ];
}

type OpenFile = { readonly path: string; readonly facts: Stats };

function openFiles(folder: string, files: readonly OpenFile[]): Finding {
  const [first] = files;
  const others = files.length === 1 ? "" : ` and ${files.length - 1} more`;
  return {
    name,
    verdict: "warn",
    fact: `${first?.path}${others} may be read by others`,
    fix:
      files.length === 1
        ? `chmod go= ${shellWord(first?.path ?? "")}`
        : `find ${shellWord(folder)} -maxdepth 1 -type f -exec chmod go= {} +`,
    mend: () => {
      for (const { path, facts } of files) chmodSync(path, facts.mode & 0o700);
    },
  };
}

function foreign(path: string, facts: Stats, uid: number): Finding {
  const fix = `sudo chown ${uid} ${shellWord(path)}`;
  return { name, verdict: "fail", fact: `${path} belongs to user id ${facts.uid}, not to you`, fix };
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function render({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}
