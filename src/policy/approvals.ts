import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../base/user-error.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { acquireFileLock, lockedFileFailure } from "../platform/file-lock.ts";
import { FolderWatch } from "../platform/folder-watch.ts";
import { momentNow } from "../platform/moment.ts";
import {
  createApproval,
  isApprovalId,
  lifeLeftMs,
  readApproval,
  type Approval,
  type AskedFor,
  type Decision,
} from "./approval.ts";

const lifeMs = 300_000;
const lockTimeoutMs = 5_000;
const maxBytes = 1_048_576;
const maxPending = 50;

/** What waits for a human's yes: one file each, which all processes of this user see. Each is for one use, and expires. */
export class Approvals {
  readonly #folder: string;
  readonly #lockPath: string;
  readonly #watch: FolderWatch;

  constructor(folder: string, locks: string) {
    this.#folder = folder;
    this.#lockPath = join(locks, "approvals");
    this.#watch = new FolderWatch(folder);
  }

  /** The newest first; those that are over are swept. */
  list(): Approval[] {
    const found = readdirSync(this.#folder).flatMap((name) => {
      const id = name.replace(/\.json$/, "");
      if (!name.endsWith(".json") || !isApprovalId(id)) return [];
      const approval = this.read(id);
      if (approval === undefined) rmSync(this.#path(id), { force: true });
      return approval ?? [];
    });
    return found.toSorted((one, other) => other.createdAtMs - one.createdAtMs);
  }

  pending(): Approval[] {
    return this.list().filter(({ state }) => state === "pending");
  }

  /** Undefined when there is none of this id, or it has expired. */
  read(id: string): Approval | undefined {
    if (!isApprovalId(id)) return undefined;
    const approval = readApproval(id, readOwnFile(this.#path(id)));
    return approval !== undefined && lifeLeftMs(approval, momentNow()) > 0 ? approval : undefined;
  }

  /** The one for just this, at just this place; made where there is none. `isNew` tells which. */
  async ask(asked: AskedFor): Promise<{ readonly approval: Approval; readonly isNew: boolean }> {
    return this.#locked(() => {
      for (const each of this.list()) if (isVoid(each, asked)) rmSync(this.#path(each.id), { force: true });
      const all = this.list();
      const known = all.find((each) => each.state !== "used" && isSame(each, asked));
      if (known !== undefined) return { approval: known, isNew: false };
      if (all.filter(({ state }) => state === "pending").length >= maxPending) throw tooMany();
      const approval = createApproval(asked, momentNow(), lifeMs);
      this.#write(approval);
      return { approval, isNew: true };
    });
  }

  /** Undefined when it was decided before, or has expired. Where `first` fails, nothing is decided. */
  async decide(
    id: string,
    decision: Decision,
    first: (decided: Approval) => Promise<void> = async () => {},
  ): Promise<Approval | undefined> {
    return this.#locked(async () => {
      const approval = this.read(id);
      if (approval?.state !== "pending") return undefined;
      const decided = { ...approval, ...decision };
      await first(decided);
      this.#write(decided);
      return decided;
    });
  }

  /** Uses an approval up; false when another has, or it has expired. */
  async take(id: string): Promise<boolean> {
    return this.#locked(() => {
      const approval = this.read(id);
      if (approval?.state !== "approved") return false;
      this.#write({ ...approval, state: "used" });
      return true;
    });
  }

  /** Resolves when it is decided or gone, at `deadlineMs` (performance.now) at the latest. */
  async wait(id: string, deadlineMs: number, signal: AbortSignal): Promise<void> {
    using changes = this.#watch.subscribe();
    while (this.read(id)?.state === "pending" && performance.now() < deadlineMs && !signal.aborted)
      await changes.next(Math.min(1_000, Math.max(1, deadlineMs - performance.now())), [signal]);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  #write(approval: Approval): void {
    writeFileAtomically(this.#path(approval.id), `${JSON.stringify(approval, undefined, 2)}\n`);
  }

  async #locked<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      await using _ = await acquireFileLock(this.#lockPath, lockTimeoutMs);
      return await work();
    } catch (error) {
      throw lockedFileFailure(error, this.#folder);
    }
  }
}

function isSame(approval: Approval, asked: AskedFor): boolean {
  return (
    approval.binding === asked.binding &&
    approval.what === asked.what &&
    approval.text === asked.text &&
    approval.connection === asked.connection &&
    approval.session === asked.session
  );
}

/** A session never comes to a place again, so what was asked for at another one can be used no more. Uploads have places of their own. */
function isVoid({ what, session, binding }: Approval, asked: AskedFor): boolean {
  if (session === undefined || session !== asked.session || binding === asked.binding) return false;
  return (what === "upload") === (asked.what === "upload");
}

/** Nothing of a file that is not this user's own, closed to others, and of a sane size. */
function readOwnFile(path: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { uid, mode, size } = fstatSync(descriptor);
      const isOwn = uid === process.getuid?.() && (mode & 0o077) === 0;
      return isOwn && size <= maxBytes ? readFileSync(descriptor, "utf8") : "";
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}

function tooMany(): UserError {
  return new UserError(
    "RATE_LIMITED",
    `${maxPending} requests wait for a human already; nothing was typed`,
    "Tell the user: mcp-ssh-interactive approve shows them. Ask for no more until some are decided.",
    { details: { command_for_user: "mcp-ssh-interactive approve" } },
  );
}
