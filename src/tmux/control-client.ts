import { UserError } from "../base/user-error.ts";
import { ControlParser, type ControlEvent } from "./control-parser.ts";

/** One block that answered a command: its output, or with `ok` false tmux's message. */
export type Reply = { readonly ok: boolean; readonly lines: readonly string[] };

export type TmuxNotification = { readonly name: string; readonly args: string };

export type ControlClientOptions = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly onNotification?: ((notification: TmuxNotification) => void) | undefined;
  readonly replyTimeoutMs: number;
};

/** How a line is answered; `exactLines` tells from the replies so far how many lines the next one must have. */
export type Expectation = {
  readonly replies: number;
  readonly exactLines?: ((earlier: readonly Reply[]) => number | undefined) | undefined;
};

type Pending = Expectation & {
  readonly earlier: Reply[];
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: ReturnType<typeof setTimeout>;
};

const leaveMs = 500;

/**
 * A conversation with a tmux server over a `tmux -C` child. Lines are answered in order. When the conversation
 * ends, for whatever reason, `lost` is aborted with a TMUX_UNAVAILABLE error, which all pending and later lines get.
 */
export class ControlClient implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #parser = new ControlParser();
  readonly #pending: Pending[] = [];
  readonly #lost = new AbortController();
  readonly #options: ControlClientOptions;
  #stderr = "";

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.#child = Bun.spawn([...options.argv], {
      env: { ...options.env },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      // A Ctrl+C at the terminal that we were started from is not meant for this child.
      detached: true,
    });
    void this.#readErrors();
    void this.#read();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The reply to the attach itself; false when tmux refused, with its words. */
  async greeting(): Promise<Reply> {
    const [reply] = await this.#expect({ replies: 1 });
    return reply ?? { ok: false, lines: [] };
  }

  /** Sends one line (not empty, no newline). Fewer replies than expected come back only if the last has failed. */
  async send(line: string, expectation: Expectation): Promise<readonly Reply[]> {
    this.#lost.signal.throwIfAborted();
    if (line === "" || line.includes("\n")) throw new Error("a control line must be one line, and not empty");
    const answered = this.#expect(expectation);
    try {
      this.#child.stdin.write(`${line}\n`);
      void Promise.resolve(this.#child.stdin.flush()).catch(() => this.#lose("it no longer reads"));
    } catch {
      this.#lose("it no longer reads");
    }
    return await answered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lose("this program has left it");
    await Promise.resolve(this.#child.stdin.end()).catch(() => undefined);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), leaveMs);
    await this.#child.exited;
    clearTimeout(timer);
  }

  #expect(expectation: Expectation): Promise<readonly Reply[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Reply[]>();
    const timeoutMs = this.#options.replyTimeoutMs;
    const timer = setTimeout(() => this.#lose(`it did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    this.#pending.push({ ...expectation, earlier: [], resolve, reject, timer });
    if (this.#pending.length === 1) this.#announceLines();
    return promise;
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#child.stdout) {
        this.#parser.push(bytes);
        for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next())
          this.#take(event);
      }
    } catch {
      // The end of the stream says it all.
    }
    this.#lose(this.#stderr.trim() === "" ? "it has ended" : `it has ended: ${this.#stderr.trim()}`);
  }

  #take(event: ControlEvent): void {
    switch (event.kind) {
      case "block":
        return this.#settle({ ok: event.ok, lines: event.lines });
      case "notification":
        return this.#options.onNotification?.({ name: event.name, args: event.args });
      case "exit":
        return this.#lose(event.reason === "" ? "it has ended" : `it has ended: ${event.reason}`);
      case "broken":
        return this.#lose(`it broke the protocol: ${event.reason}`);
    }
  }

  #settle(reply: Reply): void {
    const first = this.#pending[0];
    if (first === undefined) return this.#lose("it broke the protocol: a reply to no command");
    first.earlier.push(reply);
    // tmux drops what follows a failed command on its line.
    if (reply.ok && first.earlier.length < first.replies) return this.#announceLines();
    this.#pending.shift();
    clearTimeout(first.timer);
    first.resolve(first.earlier);
    this.#announceLines();
  }

  #announceLines(): void {
    const first = this.#pending[0];
    const count = first?.exactLines?.(first.earlier);
    if (count !== undefined) this.#parser.expectLines(count);
  }

  #lose(reason: string): void {
    if (this.#lost.signal.aborted) return;
    const error = new UserError(
      "TMUX_UNAVAILABLE",
      `The connection to our tmux server is gone: ${reason}`,
      "Call again to connect anew; list_connections shows which sessions are left.",
    );
    this.#lost.abort(error);
    this.#child.kill("SIGTERM");
    for (const { reject, timer } of this.#pending.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }

  async #readErrors(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.#child.stderr) {
        if (this.#stderr.length < 1000)
          this.#stderr += decoder.decode(bytes, { stream: true }).slice(0, 1000);
      }
    } catch {
      // Only its words are lost.
    }
  }
}
