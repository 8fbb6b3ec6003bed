import { existsSync, readdirSync, readFileSync } from "node:fs";

import { until } from "../support/private-tmux.ts";

/** A running demo, with all that it starts, however that leaves its process group. */
export class DemoRun {
  readonly child: Bun.Subprocess;
  readonly #seen = new Set<number>();
  #folder: string | undefined;
  #output = "";

  /** On a terminal of 80 columns, or with standard output in a pipe. */
  constructor(argv: readonly string[], { onTerminal = false, cwd = "/" } = {}) {
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: process.env["HOME"] ?? "/" };
    if (onTerminal) {
      const data = (_: unknown, bytes: Uint8Array) =>
        void (this.#output += Buffer.from(bytes).toString("utf8"));
      this.child = Bun.spawn([...argv], { env, cwd, terminal: { cols: 80, rows: 40, data } });
      return;
    }
    const child = Bun.spawn([...argv], { env, cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    this.child = child;
    void this.#collect(child.stdout);
    void this.#collect(child.stderr);
  }

  get output(): string {
    return this.#output;
  }

  /** The folder in which all of the demo is; known once its sshd runs. */
  get folder(): string | undefined {
    return this.#folder;
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    await until(what, () => this.#look() && isSo(), 20_000);
  }

  /** The exit code, once all output is read and, unless `kept`, no process that the demo started is left. */
  async end({ kept = false } = {}): Promise<number> {
    await this.until(`the end of the demo; so far: ${this.#output}`, () => this.child.exitCode !== null);
    if (!kept) await until("the end of what the demo started", () => [...this.#seen].every(hasEnded), 10_000);
    return this.child.exitCode ?? -1;
  }

  leavesNothing(): boolean {
    return this.#folder !== undefined && this.#seen.size > 3 && !existsSync(this.#folder);
  }

  /** Notes the processes below the demo and below its sshd and tmux, which name its folder. */
  #look(): true {
    const table = readProcesses();
    this.#folder ??= table
      .find(({ parent, words }) => parent === this.child.pid && words.includes("sshd_config"))
      ?.words.match(/\/tmp\/mcp-ssh-demo-\w+/)?.[0];
    const folder = this.#folder;
    const roots = table.filter(({ words }) => folder !== undefined && words.includes(folder));
    const found = new Set([this.child.pid, ...roots.map(({ pid }) => pid)]);
    for (let before = 0; before < found.size;) {
      before = found.size;
      for (const { pid, parent } of table) if (found.has(parent)) found.add(pid);
    }
    for (const pid of found) this.#seen.add(pid);
    return true;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#output += decoder.decode(bytes, { stream: true });
  }
}

type Process = { readonly pid: number; readonly parent: number; readonly words: string };

function readProcesses(): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const parent = /^PPid:\s*(\d+)/m.exec(readProc(pid, "status"))?.[1];
    return parent === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), words: readProc(pid, "cmdline") }];
  });
}

function hasEnded(pid: number): boolean {
  return /^State:\s*(?!Z)\w/m.exec(readProc(String(pid), "status")) === null;
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
