import { config } from "zod/v4/core";

import type { SessionService } from "../sessions/outcome.ts";
import type { ByteSink } from "./line-writer.ts";

export type ServeSettings = {
  readonly waitSeconds?: number | undefined;
  readonly maxWaitSeconds?: number | undefined;
  readonly results?: "auto" | "both" | "text" | undefined;
};

export type ServeOptions = {
  readonly service: SessionService;
  readonly settings: ServeSettings;
  readonly version: string;
  /** One line for people, without its newline; never to stdout. */
  readonly log: (line: string) => void;
  /** Aborted to end the server, by a signal handler for instance. */
  readonly signal: AbortSignal;
  readonly stdin?: ReadableStream<Uint8Array>;
  readonly stdout?: ByteSink;
};

/**
 * Serves MCP until the input ends, `signal` aborts or stdout is closed; then waits, for less than a second in all,
 * until the calls in flight are answered. Sessions are left as they are. From here on stdout is JSON-RPC's alone.
 */
export async function serveMcp(options: ServeOptions): Promise<void> {
  // The SDK makes hundreds of schemas when it is loaded; compiling those that a start uses costs more than it saves.
  config({ jitless: true });
  const { runServer } = await import("./run-server.ts");
  await runServer(options);
}
