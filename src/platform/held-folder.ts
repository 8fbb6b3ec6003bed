import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
} from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The folder was moved away under our hands; only where the system cannot look names up in a folder that is open. */
export class FolderReplaced extends Error {
  constructor(path: string) {
    super(`${path} was replaced meanwhile`);
    this.name = "FolderReplaced";
  }
}

/**
 * A folder that is held open, so that what it is called meanwhile does not matter: names are looked up in this very
 * folder, and no link is followed (ELOOP, ENOTDIR). Names hold no slash. Failures are those of the system calls, or FolderReplaced.
 */
export class HeldFolder implements Disposable {
  /** Where it was found, without links. */
  readonly path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /** Links that lead to the folder itself are followed. */
  static open(path: string): HeldFolder {
    const real = realpathSync(path);
    return new HeldFolder(real, openSync(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  /** The folder `name` in it. */
  enter(name: string): HeldFolder {
    const path = join(this.path, name);
    const inner = new HeldFolder(path, openSync(this.#place(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    try {
      this.#place(name);
      return inner;
    } catch (error) {
      inner[Symbol.dispose]();
      throw error;
    }
  }

  /** Of a link itself; undefined when nothing has the name. */
  status(name: string): Stats | undefined {
    return lstatSync(this.#place(name), { throwIfNoEntry: false });
  }

  /** Does not wait for the writer of a pipe; the caller looks what it has opened. */
  openToRead(name: string): Promise<FileHandle> {
    return this.#open(name, O_RDONLY | O_NONBLOCK, 0);
  }

  /** A new file of mode 600; EEXIST when something has the name. */
  create(name: string): Promise<FileHandle> {
    return this.#open(name, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  }

  /** Makes an empty file of the name, which only one can do; false when something has it. */
  claim(name: string): boolean {
    try {
      closeSync(openSync(this.#place(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    }
  }

  /** Takes the place of what has the other name. */
  rename(from: string, to: string): void {
    renameSync(this.#place(from), this.#place(to));
  }

  /** A name that is gone already is fine. */
  remove(name: string): void {
    rmSync(this.#place(name), { force: true });
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  async #open(name: string, flags: number, mode: number): Promise<FileHandle> {
    const file = await open(this.#place(name), flags | O_NOFOLLOW | O_NOCTTY, mode);
    try {
      this.#place(name);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Linux leads through the descriptor; elsewhere the path must still lead to the folder that is held, before and after. */
  #place(name: string): string {
    if (process.platform === "linux") return `/proc/self/fd/${this.#descriptor}/${name}`;
    const held = fstatSync(this.#descriptor);
    const now = lstatSync(realpathSync(this.path));
    if (realpathSync(this.path) !== this.path || held.dev !== now.dev || held.ino !== now.ino)
      throw new FolderReplaced(this.path);
    return join(this.path, name);
  }
}
