import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { initialStreamState, scanStream, type StreamState } from "../../src/screen/stream-parser.ts";
import { renderLoader } from "../../src/shell-integration/loader.ts";
import { markNumber, parseMark, type Mark, type PromptMark } from "../../src/shell-integration/mark.ts";
import { renderPayload } from "../../src/shell-integration/payload.ts";
import { shellOf } from "../../src/shell-integration/shell.ts";
import { pasteText, sendKeys } from "../../src/tmux/input.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { until, type PrivateTmux } from "./private-tmux.ts";
import { spareFishManualPages } from "./shells.ts";

export type ShellPaneOptions = {
  /** The shell as a login shell, its program absolute. */
  readonly argv: readonly string[];
  /** Files of its home, by their names there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cols?: number;
};

/** A mark of ours with the raw text that stands between the one before it and it. */
export type Seen = { readonly mark: Mark; readonly before: string; readonly end: number };

const quietMs = 150;
const patienceMs = 8000;
const chunkBytes = 512;
const oscNumbers = new Set([markNumber]);
let panes = 0;

/** A real shell in a pane of tmux, and the marks in its log. It ends with the tmux server. */
export class ShellPane {
  readonly home: string;
  readonly name: string;
  /** All marks since the pane began. */
  readonly seen: Seen[] = [];
  aid = "";
  readonly #server: TmuxServer;
  readonly #logFile: string;
  #state: StreamState = initialStreamState(0);
  #markEnd = 0;

  private constructor(server: TmuxServer, name: string, home: string, logFile: string) {
    this.#server = server;
    this.name = name;
    this.home = home;
    this.#logFile = logFile;
  }

  /** Returns when the first prompt is there. */
  static async open(tmux: PrivateTmux, server: TmuxServer, options: ShellPaneOptions): Promise<ShellPane> {
    const home = realpathSync(mkdtempSync(join(tmux.folder, "home-")));
    spareFishManualPages(home);
    for (const [path, text] of Object.entries({ ".zshrc": "", ...options.files })) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    const name = `shell${panes++}`;
    const env = {
      HOME: home,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      TERM: "screen-256color",
      LC_ALL: "C.UTF-8",
      ...options.env,
    };
    const words = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const argv = ["/usr/bin/env", "-i", "-C", home, ...words, ...options.argv];
    await createSession(server, { ...tmux.plan(name, ""), argv, cols: options.cols ?? 200, rows: 50 });
    const pane = new ShellPane(server, name, home, tmux.logFile(name));
    await pane.quiet(0);
    return pane;
  }

  /** Sets our marks up as a session does; returns the first prompt mark, or the refusal. */
  async integrate(): Promise<PromptMark | Extract<Mark, { kind: "refused" }>> {
    const begin = this.seen.length;
    await this.type(renderLoader());
    await this.press("Enter");
    const { program } = await this.mark("loader-ready", begin);
    const shell = shellOf(program);
    if (shell === undefined) throw new Error(`no shell that we know: ${program}`);
    const aid = randomBytes(16).toString("hex");
    const payload = renderPayload(shell, aid);
    for (let at = 0; at < payload.length; at += chunkBytes)
      await this.type(payload.slice(at, at + chunkBytes));
    const answer = await this.until(`the first prompt of ${program} with marks`, () => {
      const marks = this.seen.slice(begin).map(({ mark }) => mark);
      return marks.find((mark) => mark.kind === "refused" || (mark.kind === "prompt" && mark.aid === aid));
    });
    this.aid = aid;
    if (answer.kind !== "refused" && answer.kind !== "prompt") throw new Error("unreachable");
    return answer;
  }

  /** Types a line and Enter; returns all marks up to the prompt after it. */
  async run(line: string, withinMs = patienceMs): Promise<Seen[]> {
    const begin = this.look();
    if (line !== "") await this.type(line);
    await this.press("Enter");
    return await this.marksUntilPrompt(begin, withinMs);
  }

  /** Marks from index `begin` on, up to the first prompt among them. */
  async marksUntilPrompt(begin: number, withinMs = patienceMs): Promise<Seen[]> {
    return await this.until(
      "a prompt mark",
      () => {
        const end = this.seen.findIndex(({ mark }, index) => index >= begin && mark.kind === "prompt");
        return end === -1 ? undefined : this.seen.slice(begin, end + 1);
      },
      withinMs,
    );
  }

  async mark<K extends Mark["kind"]>(kind: K, begin: number): Promise<Extract<Mark, { kind: K }>> {
    return await this.until(`a mark ${kind}`, () =>
      this.seen
        .slice(begin)
        .map(({ mark }) => mark)
        .find((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind),
    );
  }

  async type(text: string, bracketed = false): Promise<void> {
    const typed = await pasteText(this.#server, this.name, text, { bracketed });
    if (typed !== "typed") throw new Error(`${typed}: ${text.slice(0, 40)}`);
  }

  async press(...keys: string[]): Promise<void> {
    await sendKeys(this.#server, this.name, keys);
  }

  /** What the pane has written from byte `from` on. */
  log(from = 0): string {
    return readFileSync(this.#logFile).subarray(from).toString("utf8");
  }

  get bracketedPaste(): boolean {
    this.look();
    return this.#state.bracketedPaste;
  }

  /** Reads what is new; returns how many marks there are. */
  look(): number {
    const bytes = readFileSync(this.#logFile).subarray(this.#state.offset);
    const { state, events } = scanStream(this.#state, bytes, oscNumbers);
    const all = readFileSync(this.#logFile);
    this.#state = state;
    for (const event of events) {
      if (event.kind !== "osc") continue;
      const mark = parseMark(event.payload);
      if (mark === undefined) continue;
      this.seen.push({
        mark,
        before: all.subarray(this.#markEnd, event.start).toString("utf8"),
        end: event.end,
      });
      this.#markEnd = event.end;
    }
    return this.seen.length;
  }

  /** Waits until something stands after byte `from` and nothing has come for a while. */
  async quiet(from: number): Promise<void> {
    let size = -1;
    let since = 0;
    await until(
      `${this.name} is quiet`,
      () => {
        const now = readFileSync(this.#logFile, { flag: "a+" }).length;
        if (now !== size) since = performance.now();
        size = now;
        return size > from && performance.now() - since > quietMs;
      },
      patienceMs,
    );
  }

  async until<T>(what: string, look: () => T, withinMs = patienceMs): Promise<NonNullable<T>> {
    try {
      return await until(
        what,
        () => {
          this.look();
          return look();
        },
        withinMs,
      );
    } catch (error) {
      const ending = JSON.stringify(this.log().slice(-1200));
      throw new Error(`${String(error)}; the log ends in ${ending}`, { cause: error });
    }
  }
}
