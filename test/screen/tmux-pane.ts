import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { childEnvironment } from "../../src/platform/child-environment.ts";
import { locateProgram } from "../../src/platform/programs.ts";
import { runProcess } from "../../src/platform/run-process.ts";

const searchPath = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin"];
const END_TITLE = "all-read";

export type Size = { readonly cols: number; readonly rows: number };
export type Cursor = { readonly x: number; readonly y: number };

/** A tmux server of its own without configuration; the panes of one size run one after another. */
export class PlainTmux implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "mcp-screen-"));
  readonly logFile = join(this.folder, "log");
  private readonly program: string;
  private started = 0;

  constructor() {
    const program = process.env["MCP_TEST_TMUX"] ?? locateProgram("tmux", searchPath);
    if (program === undefined) throw new Error("this test needs tmux");
    this.program = program;
  }

  /** Runs `argv` in a new pane, its output copied to `logFile` from the first byte on; the pane before it ends. */
  async start(argv: readonly string[], { cols, rows }: Size): Promise<void> {
    const size = ["-x", String(cols), "-y", String(rows)];
    const last = `=pane${this.started++}`;
    writeFileSync(this.logFile, "");
    const recorder = ["pipe-pane", "-t", this.pane, `exec cat >> '${this.logFile}'`];
    await this.ask(
      "new-session",
      "-d",
      "-s",
      `pane${this.started}`,
      ...size,
      "--",
      ...argv,
      ";",
      ...recorder,
    );
    await this.ask("kill-session", "-t", last);
  }

  get pane(): string {
    return `=pane${this.started}:`;
  }

  /** Shows `bytes` in a fresh pane and waits until tmux has read them all. */
  async show(bytes: Uint8Array, size: Size): Promise<void> {
    const file = join(this.folder, "bytes");
    writeFileSync(file, bytes);
    const script = `stty raw -echo; cat "$1"; printf '\\033]2;${END_TITLE}\\033\\\\'; exec sleep 600`;
    await this.start(["/bin/sh", "-c", script, "sh", file], size);
    await until("tmux has read the bytes", async () => (await this.format("#{pane_title}")) === END_TITLE);
  }

  /** All rows of the page, without trailing blanks. */
  async rows(): Promise<string[]> {
    const rows = (await this.ask("capture-pane", "-p", "-t", this.pane)).split("\n").map(trimmed);
    return rows.slice(0, -1);
  }

  /** Scrollback and page with wrapped rows joined. */
  async joinedLines(...range: string[]): Promise<string[]> {
    const text = await this.ask("capture-pane", "-p", "-J", "-S", "-", ...range, "-t", this.pane);
    return text.replace(/\n$/, "").split("\n");
  }

  async cursor(): Promise<Cursor> {
    const [x = NaN, y = NaN] = (await this.format("#{cursor_x} #{cursor_y}")).split(" ").map(Number);
    return { x, y };
  }

  async format(format: string): Promise<string> {
    return (await this.ask("display-message", "-p", "-t", this.pane, format)).replace(/\n$/, "");
  }

  log(): Buffer {
    return readFileSync(this.logFile);
  }

  /** Waits until the log has grown past `offset` and then been still for `quietMs`. */
  async settled(offset: number, quietMs: number): Promise<void> {
    await until("the pane is quiet", () => {
      const { size, mtimeMs } = statSync(this.logFile);
      return size > offset && Date.now() - mtimeMs > quietMs;
    });
  }

  async ask(...args: string[]): Promise<string> {
    const argv = [this.program, "-u", "-f", "/dev/null", "-S", join(this.folder, "sock"), ...args];
    const env = childEnvironment({ HOME: this.folder }, searchPath);
    const { stdout, stderr } = await runProcess(argv, { env, timeoutMs: 5000 });
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask("kill-server");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function trimmed(line: string): string {
  return line.replace(/ +$/, "");
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}
