import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { until } from "./private-tmux.ts";

/** This machine's, whichever version is under test. */
const outerTmux = Bun.which("tmux", { PATH: "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin" }) ?? "tmux";

/** The executable in the terminal of a human: a tmux of the test's own around it, whose screen is looked at. */
export class OuterTerminal implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "mcp-outer-"));

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    { cols = 80, rows = 24 }: { readonly cols?: number; readonly rows?: number } = {},
  ) {
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const script = '"$@"; printf "exit %s\\n" $?; stty -a | grep -oe "-*icanon"; exec sleep 1000';
    const words = ["env", "-u", "TMUX", ...settings, "sh", "-c", script, "sh", binary, ...args];
    this.#tmux("-f", "/dev/null", "new-session", "-d", "-s", "o", "-x", `${cols}`, "-y", `${rows}`, ...words);
    this.#tmux("set-option", "-g", "status", "off");
    this.#tmux("set-option", "-g", "escape-time", "0");
    this.resize(cols, rows);
  }

  /** Key names of tmux, or with `-l` first text. */
  press(...keys: readonly string[]): void {
    this.#tmux("send-keys", "-t", "o", ...keys);
  }

  resize(cols: number, rows: number): void {
    this.#tmux("resize-window", "-t", "o", "-x", `${cols}`, "-y", `${rows}`);
  }

  get screen(): string {
    return this.#tmux("capture-pane", "-p", "-t", "o").trimEnd();
  }

  /** With the escape sequences that colour it. */
  get colouredScreen(): string {
    return this.#tmux("capture-pane", "-e", "-p", "-t", "o").trimEnd();
  }

  get lines(): string[] {
    return this.screen.split("\n");
  }

  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`${pattern}`, () => pattern.exec(this.screen), 20_000).catch((error) => {
      throw new Error(`${pattern} is not in:\n${this.screen}`, { cause: error });
    });
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...words: readonly string[]): string {
    const argv = [outerTmux, "-u", "-S", join(this.#folder, "s"), ...words];
    const { stdout } = Bun.spawnSync(argv, { env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" } });
    return stdout.toString();
  }
}
