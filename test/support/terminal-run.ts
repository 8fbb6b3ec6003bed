import { binary } from "../binary/binary.ts";
import { until } from "./private-tmux.ts";

/** The executable in a terminal of its own, at which the test is the human. */
export class TerminalRun implements AsyncDisposable {
  readonly child: Bun.Subprocess;
  #output = "";

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    argv: readonly string[] = [binary],
  ) {
    const data = (_: unknown, bytes: Uint8Array) =>
      void (this.#output += Buffer.from(bytes).toString("utf8"));
    this.child = Bun.spawn([...argv, ...args], {
      env: { ...env },
      cwd: "/",
      terminal: { cols: 200, rows: 50, data },
    });
  }

  get output(): string {
    return this.#output.replaceAll("\r\n", "\n");
  }

  type(text: string): void {
    this.child.terminal?.write(text);
  }

  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`${pattern} in ${this.output}`, () => pattern.exec(this.output), 20_000).catch((error) => {
      throw new Error(`${pattern} is not in:\n${this.output}`, { cause: error });
    });
  }

  /** Types the code that the terminal asks for. */
  async consent(): Promise<void> {
    const [, code] = await this.shows(/type (\d{4}) and Enter[^:]*: $/);
    this.type(`${code}\n`);
  }

  /** The exit code. */
  async ended(): Promise<number> {
    await until("the end of the program", () => this.child.exitCode !== null, 20_000).catch((error) => {
      throw new Error(`still running:\n${this.output}`, { cause: error });
    });
    return this.child.exitCode ?? -1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
    await this.child.exited;
    this.child.terminal?.close();
  }
}
