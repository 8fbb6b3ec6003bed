import type { MemoryBound } from "../platform/memory-bound.ts";
import type { SessionService } from "../sessions/outcome.ts";
import { greet } from "./greet.ts";
import { guardConsole } from "./stdout-guard.ts";

export type ServeSettings = {
  readonly waitSeconds?: number | undefined;
  readonly maxWaitSeconds?: number | undefined;
  readonly results?: "auto" | "both" | "text" | undefined;
};

export type ServeOptions = {
  /** Called once, after the first answer, so that loading it does not hold that up. */
  readonly service: () => Promise<SessionService>;
  readonly settings: ServeSettings;
  /** False where the user's browser is on another machine. */
  readonly hasLocalBrowser: boolean;
  readonly version: string;
  readonly memory: MemoryBound;
  /** One line for people, without its newline; never to stdout. */
  readonly log: (line: string) => void;
  /** Aborted to end the server, by a signal handler for instance. */
  readonly signal: AbortSignal;
};

/**
 * Serves MCP until the input ends, `signal` aborts or stdout is closed; then waits, for less than a second in all,
 * until the calls in flight are answered. Sessions are left as they are. From here on stdout is JSON-RPC's alone.
 */
export async function serveMcp(options: ServeOptions): Promise<void> {
  guardConsole();
  const sink = Bun.stdout.writer();
  const greeted = await greet(Bun.stdin.stream().getReader(), sink, options);
  // The SDK takes longer to load than all that came before.
  const { serveProtocol } = await import("./serve-protocol.ts");
  await serveProtocol(options, { ...greeted, sink });
}
