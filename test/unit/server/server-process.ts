import { expect } from "bun:test";
import { join } from "node:path";

const fixture = join(import.meta.dir, "served-process.ts");
const deadlineMs = 8000;

export type Answer = {
  readonly id?: string | number | null;
  readonly error?: { readonly code: number; readonly message: string };
  readonly result?: Readonly<Record<string, unknown>>;
};

/** The fixture, or the program `argv`, as a child, killed at the end of its scope; `next` takes the lines in order, `answer` waits for the one with the id. */
export function startServer(env: Record<string, string> = {}, argv = [process.execPath, fixture]) {
  const child = Bun.spawn(argv, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
  });
  const reader = child.stdout.getReader();
  const errors = new Response(child.stderr).text();
  const lines: string[] = [];
  const raw: string[] = [];
  const decoder = new TextDecoder();
  let rest = "";

  const readMore = async (): Promise<boolean> => {
    const { value, done } = await within(reader.read(), "a line of the server");
    if (done) return false;
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    raw.push(...parts);
    return true;
  };
  const nextLine = async (): Promise<unknown> => {
    while (lines.length === 0) if (!(await readMore())) throw new Error("the output has ended");
    return JSON.parse(lines.shift() ?? "");
  };
  const next = async (): Promise<Answer> => (await nextLine()) as Answer;
  const write = (bytes: string | Uint8Array): void => {
    child.stdin.write(bytes);
    void child.stdin.flush();
  };
  const send = (message: unknown): void => write(`${JSON.stringify(message)}\n`);
  const answered = new Map<unknown, Answer>();
  const answer = async (id: string | number): Promise<Answer> => {
    for (;;) {
      const known = answered.get(id);
      if (known !== undefined) return known;
      const message = await next();
      if (message.id !== undefined) answered.set(message.id, message);
    }
  };
  return {
    next,
    nextLine,
    write,
    send,
    answer,
    answersUntil: async (id: number): Promise<Answer[]> => {
      const answers = [await next()];
      while (answers.at(-1)?.id !== id) answers.push(await next());
      return answers;
    },
    call: (id: string | number, name: string, args: unknown): void =>
      send({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } }),
    initialize: async (protocolVersion = "2025-11-25", clientName = "test"): Promise<void> => {
      const clientInfo = { name: clientName, version: "1" };
      send({
        jsonrpc: "2.0",
        id: "init",
        method: "initialize",
        params: { protocolVersion, capabilities: {}, clientInfo },
      });
      const { result } = await answer("init");
      expect(result).toMatchObject({ protocolVersion, serverInfo: { name: "mcp-ssh-interactive" } });
      send({ jsonrpc: "2.0", method: "notifications/initialized" });
    },
    endInput: (): void => void child.stdin.end(),
    closeOutput: (): Promise<void> => reader.cancel(),
    kill: (signal: NodeJS.Signals): void => child.kill(signal),
    exited: async (): Promise<number> => {
      const code = await within(child.exited, "the end of the server");
      while (await readMore().catch(() => false)) continue;
      return code;
    },
    stderr: (): Promise<string> => within(errors, "stderr"),
    unread: (): readonly string[] => lines,
    stdoutLinesThatAreNoJson: (): string[] => raw.filter((line) => !line.startsWith('{"')),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} did not come within ${deadlineMs} ms`)),
    deadlineMs,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
