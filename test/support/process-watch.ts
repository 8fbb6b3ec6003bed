import { readdirSync, readFileSync } from "node:fs";

const everyMs = 2;

/** Looks, as often as it can, for words in the arguments and the environment of every process. */
export class ProcessWatch implements Disposable {
  /** `cmdline of …` and `environ of …` for each command line with a word. */
  readonly found = new Set<string>();
  looks = 0;
  readonly #words: readonly string[];
  readonly #except: ReadonlySet<string>;
  readonly #timer: ReturnType<typeof setInterval>;

  /** `except` are processes that were given the words; what one of them forks has its environment until it becomes a program. */
  constructor(words: readonly string[], except: readonly number[]) {
    this.#words = words;
    this.#except = new Set(except.map((pid) => readIfThere(`/proc/${pid}/cmdline`)));
    this.#timer = setInterval(() => this.look(), everyMs);
  }

  look(): void {
    this.looks += 1;
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      this.#lookAt(name, "cmdline");
      this.#lookAt(name, "environ");
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #lookAt(pid: string, file: "cmdline" | "environ"): void {
    const text = readIfThere(`/proc/${pid}/${file}`);
    if (!this.#words.some((word) => text.includes(word))) return;
    const commandLine = readIfThere(`/proc/${pid}/cmdline`);
    const isGiven = file === "environ" && this.#except.has(commandLine);
    if (!isGiven) this.found.add(`${file} of ${commandLine.replaceAll("\0", " ")}`);
  }
}

/** Processes end while they are looked at. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
