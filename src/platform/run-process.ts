import { signalGroup } from "./process-group.ts";

/** How a child process ended. `exitCode` is null when a signal, ours at the time limit included, ended it. */
export type ProcessResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
};

export type ProcessOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** A program that writes more is killed. */
  readonly maxOutputBytes?: number;
  /** It may ask the human at our terminal, whose Ctrl+C then reaches it too. */
  readonly keepsTerminal?: boolean;
};

const outputAfterKillMs = 100;

/** Runs `argv` (no shell) to its end. Throws only when the program cannot be started or `signal` aborts. */
export async function runProcess(argv: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  const child = Bun.spawn([...argv], {
    env: { ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin]),
    stdout: "pipe",
    stderr: "pipe",
    ...(options.maxOutputBytes === undefined
      ? {}
      : { maxBuffer: options.maxOutputBytes, killSignal: "SIGKILL" }),
    // Ctrl+C at our terminal is for us; what becomes of the child is said here.
    detached: options.keepsTerminal !== true,
  });
  let timedOut = false;
  const cut = Promise.withResolvers<[string, string]>();
  const kill = () => {
    signalGroup(child.pid, "SIGKILL");
    // A tmux client hands its output to the server, which may keep it open when the client is gone.
    setTimeout(() => cut.resolve(["", ""]), outputAfterKillMs);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    const [[stdout, stderr]] = await Promise.all([Promise.race([output, cut.promise]), child.exited]);
    options.signal?.throwIfAborted();
    return { exitCode: child.exitCode, stdout, stderr, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
  }
}
