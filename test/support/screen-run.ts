import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { tmuxProgram, until } from "./private-tmux.ts";
import { removeFolder } from "./remove-folder.ts";

export type ScreenSize = { readonly cols: number; readonly rows: number };

const waitMs = 30_000;

/** The executable in a terminal whose drawn screen the test sees: a window of a tmux of its own. */
export class ScreenRun implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-screen-"));
  readonly #socket = join(this.#folder, "tmux.sock");

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    { cols, rows }: ScreenSize = { cols: 80, rows: 24 },
  ) {
    const ended = 'code=$?; echo; echo "[ended $code]"; exec sleep 1000000';
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const program = ["/bin/sh", "-c", `trap : INT; "$@"; ${ended}`, "sh", binary, ...args];
    const start = `-f /dev/null new-session -d -x ${cols} -y ${rows} env -i`.split(" ");
    this.#tmux(...start, ...variables, "TERM=tmux-256color", "LANG=C.UTF-8", ...program);
  }

  /** Key names of tmux, e.g. Enter, Escape, C-c, Space. */
  press(...keys: readonly string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  type(text: string): void {
    this.#tmux("send-keys", "-l", text);
  }

  /** The visible lines without blanks at their ends. */
  screen(): string {
    return this.#tmux("capture-pane", "-p")
      .replace(/[ \t]+$/gm, "")
      .trimEnd();
  }

  /** All that scrolled away too, lines put together that the terminal broke. */
  everything(): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-")
      .replace(/[ \t]+$/gm, "")
      .trimEnd();
  }

  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`${pattern}`, () => pattern.exec(this.screen()), waitMs).catch((error) => {
      throw new Error(`${pattern} is not on the screen:\n${this.screen()}`, { cause: error });
    });
  }

  /** The exit code. */
  async ended(): Promise<number> {
    const [, code] = await this.shows(/\[ended (\d+)\]/);
    return Number(code);
  }

  #tmux(...args: string[]): string {
    const { stdout } = Bun.spawnSync([tmuxProgram(), "-u", "-S", this.#socket, ...args], {
      env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", HOME: this.#folder },
    });
    return stdout.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tmux("kill-server");
    await removeFolder(this.#folder);
  }
}
