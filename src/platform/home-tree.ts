import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { shellWord } from "../base/shell-word.ts";
import { UserError } from "../base/user-error.ts";
import { isLink, TreeLinks } from "./tree-links.ts";

/** Absolute paths below `~/.mcp-ssh-interactive`. `runtime` holds sockets and is elsewhere where the root's path is long. */
export type HomeTree = {
  readonly root: string;
  readonly configFile: string;
  readonly stateFile: string;
  readonly logs: string;
  readonly info: string;
  readonly locks: string;
  readonly transfers: string;
  readonly approvals: string;
  readonly auditFile: string;
  /** While it is there, no agent of this user types anything. */
  readonly pausedFile: string;
  readonly runtime: string;
  readonly mux: string;
  readonly tmuxSocket: string;
};

/** sun_path holds 104 bytes on macOS, and ssh binds its control socket under a name 17 bytes longer first. */
const maxSocketPathBytes = 80;
const longestSocketName = "mux/0123456789abcdef";

/** The same for all processes of this user and root, whatever their environment says. */
export function homeTree(root: string, uid: number): HomeTree {
  const fits = Buffer.byteLength(join(root, longestSocketName)) <= maxSocketPathBytes;
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const runtime = fits ? root : `/tmp/mcp-ssh-${uid}/${hash}`;
  return {
    root,
    configFile: join(root, "config.yml"),
    stateFile: join(root, "state.json"),
    logs: join(root, "logs"),
    info: join(root, "info"),
    locks: join(root, "locks"),
    transfers: join(root, "transfers"),
    approvals: join(root, "approvals"),
    auditFile: join(root, "audit.jsonl"),
    pausedFile: join(root, "paused"),
    runtime,
    mux: join(runtime, "mux"),
    tmuxSocket: join(runtime, "tmux.sock"),
  };
}

/**
 * Creates what is missing (700) and closes inner folders and files to others, as the Python original left them open.
 * A root that is open to others is refused, not changed, and so is a link to such a folder. Returns where links lead.
 */
export function openHomeTree(tree: HomeTree): TreeLinks {
  try {
    makePrivateFolder(tree.root);
    if (tree.runtime !== tree.root) {
      makePrivateFolder(join(tree.runtime, ".."));
      makePrivateFolder(tree.runtime);
    }
    const inner = [tree.logs, tree.info, tree.locks, tree.transfers, tree.approvals, tree.mux];
    for (const folder of inner) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const links = new TreeLinks(tree);
    for (const folder of inner.filter((each) => !isLink(each))) closeToOthers(folder);
    return links;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      "STORAGE_FAILED",
      `${tree.root} cannot be prepared: ${error instanceof Error ? error.message : String(error)}`,
      "Make the folder writable for this user, or choose another with --home.",
      { cause: error },
    );
  }
}

/** Creates the folder with mode 700, or refuses one that is another's, a link, or open to others. */
function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const facts = lstatSync(folder);
  if (!facts.isDirectory()) {
    throw refused(`${folder} is no folder of its own`, `Move it away; a link is not followed here.`);
  }
  if (facts.uid !== process.getuid?.()) {
    throw refused(
      `${folder} belongs to user id ${facts.uid}`,
      `chown ${process.getuid?.()} ${shellWord(folder)}`,
    );
  }
  if ((facts.mode & 0o077) !== 0) {
    throw refused(
      `${folder} is open to others (mode ${(facts.mode & 0o777).toString(8)})`,
      `chmod 700 ${shellWord(folder)}`,
    );
  }
}

function refused(message: string, hint: string): UserError {
  return new UserError("CONFIG_INVALID", message, hint);
}

function closeToOthers(folder: string): void {
  setMode(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) setMode(join(folder, entry.name), 0o600);
  }
}

function setMode(path: string, mode: number): void {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts !== undefined && !facts.isSymbolicLink() && (facts.mode & 0o777) !== mode) chmodSync(path, mode);
}
