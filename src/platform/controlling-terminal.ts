import { FFIType } from "bun:ffi";
import { closeSync, openSync, read, writeSync } from "node:fs";
import { promisify } from "node:util";

import { loadLibc } from "./libc.ts";

// termios(3). c_lflag is the fourth flag word: of 4 bytes on Linux, of 8 on macOS, where the lower half comes first.
const termiosBytes = 256;
const localFlagsAt = process.platform === "darwin" ? 24 : 12;
const echoFlag = 0o10;
const afterFlush = 2;
const lineBytes = 4096;
const endings = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** `ended`: the terminal has gone, or Ctrl+D. `interrupted`: Ctrl+C, or a signal that asks us to end. */
export type TypedLine =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "ended" }
  | { readonly kind: "interrupted" };

/** The terminal that this process was started in, wherever its standard streams go. */
export class ControllingTerminal implements Disposable {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Undefined for a process without one. */
  static open(): ControllingTerminal | undefined {
    try {
      return new ControllingTerminal(openSync("/dev/tty", "r+"));
    } catch {
      return undefined;
    }
  }

  write(text: string): void {
    writeSync(this.#descriptor, text);
  }

  /** What is typed after `prompt` up to Enter. `hidden`: it is not shown, and the terminal is as before afterwards, whatever happens. */
  async readLine(prompt: string, { hidden }: { readonly hidden: boolean }): Promise<TypedLine> {
    const interrupted = Promise.withResolvers<TypedLine>();
    const interrupt = () => interrupted.resolve({ kind: "interrupted" });
    for (const signal of endings) process.on(signal, interrupt);
    const restore = hidden ? hideEcho(this.#descriptor) : () => {};
    process.on("exit", restore);
    try {
      this.write(prompt);
      return await Promise.race([this.#line(), interrupted.promise]);
    } finally {
      restore();
      process.off("exit", restore);
      for (const signal of endings) process.off(signal, interrupt);
      if (hidden) this.write("\n");
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  async #line(): Promise<TypedLine> {
    const bytes = Buffer.alloc(lineBytes);
    let text = Buffer.alloc(0);
    try {
      while (!text.includes(0x0a)) {
        const { bytesRead } = await promisify(read)(this.#descriptor, bytes, 0, bytes.length, null);
        if (bytesRead === 0) return { kind: "ended" };
        text = Buffer.concat([text, bytes.subarray(0, bytesRead)]);
      }
    } catch {
      return { kind: "ended" };
    }
    return { kind: "line", text: text.toString("utf8", 0, text.indexOf(0x0a)).replace(/\r$/, "") };
  }
}

/** Returns what brings the former modes back. What was typed before is thrown away. */
function hideEcho(descriptor: number): () => void {
  const { tcgetattr, tcsetattr } = loadLibc({
    tcgetattr: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
    tcsetattr: { args: [FFIType.i32, FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  });
  const before = Buffer.alloc(termiosBytes);
  if (tcgetattr(descriptor, before) !== 0) throw new Error("the modes of the terminal cannot be read");
  const hidden = Buffer.from(before);
  hidden.writeUInt32LE(before.readUInt32LE(localFlagsAt) & ~echoFlag, localFlagsAt);
  if (tcsetattr(descriptor, afterFlush, hidden) !== 0)
    throw new Error("the terminal's echo cannot be turned off");
  return () => void tcsetattr(descriptor, afterFlush, before);
}
