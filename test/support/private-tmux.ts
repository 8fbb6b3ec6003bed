import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { childEnvironment } from "../../src/platform/child-environment.ts";
import { locateProgram } from "../../src/platform/programs.ts";
import { runProcess } from "../../src/platform/run-process.ts";
import { connectTmux, type ConnectOptions, type TmuxServer } from "../../src/tmux/server.ts";
import type { SessionPlan } from "../../src/tmux/session.ts";

const searchPath = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** The tmux under test: MCP_TEST_TMUX, or the one of this machine. */
export function tmuxProgram(): string {
  const program = process.env["MCP_TEST_TMUX"] ?? locateProgram("tmux", searchPath);
  if (program === undefined) throw new Error("these tests need tmux");
  return program;
}

/** A folder, a socket and an environment of a test's own; disposing it ends the server and removes the folder. */
export class PrivateTmux implements AsyncDisposable {
  readonly folder: string;
  readonly options: ConnectOptions;
  readonly #servers: TmuxServer[] = [];

  constructor(options: { readonly logsName?: string; readonly env?: Record<string, string> } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "mcp-tmux-"));
    const logsFolder = join(this.folder, options.logsName ?? "logs");
    const runtimeFolder = join(this.folder, "run");
    for (const folder of [logsFolder, runtimeFolder]) mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(runtimeFolder, "number"), `${testNumber}\n`, { mode: 0o600 });
    this.options = {
      program: tmuxProgram(),
      socketPath: join(this.folder, "tmux.sock"),
      env: options.env ?? childEnvironment({ HOME: this.folder }, searchPath),
      logsFolder,
      runtimeFolder,
      allowVulnerable: true,
    };
  }

  /** A connection of its own at each call, as another process of ours would have it. */
  async connect(more: Partial<ConnectOptions> = {}): Promise<TmuxServer> {
    const server = await connectTmux({ ...this.options, ...more });
    this.#servers.push(server);
    return server;
  }

  /** A plan for `script`, run by sh. */
  plan(name: string, script: string, more: Partial<SessionPlan> = {}): SessionPlan {
    const numberFile = join(this.options.runtimeFolder, "number");
    return {
      name,
      cols: 80,
      rows: 24,
      argv: ["/bin/sh", "-c", script],
      numberFile,
      segmentBytes: 1 << 24,
      tags: {},
      ...more,
    };
  }

  logFile(name: string): string {
    return join(this.options.logsFolder, `${name}.log`);
  }

  /** Standard output of the program, asked from outside of our connection. */
  async ask(...args: string[]): Promise<string> {
    const { program, socketPath, env } = this.options;
    const argv = [program, "-u", "-S", socketPath, ...args];
    const { stdout, stderr } = await runProcess(argv, { env: { ...env }, timeoutMs: 5000 });
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await this.ask("kill-server");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Signals one process; throws rather than reach others where `pid` is no process's number. */
export function signalProcess(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 1) throw new Error(`not a process: ${pid}`);
  process.kill(pid, signal);
}

/** Waits until `look` gives something, by looking again; throws with `what` when `withinMs` have passed. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every test's number file holds. */
export const testNumber = "0123456789abcdef0123456789abcdef";
