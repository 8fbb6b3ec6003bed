import { version } from "../../package.json" with { type: "json" };
import { markServing } from "../policy/serving-mark.ts";
import { serveMcp } from "../server/serve.ts";
import { exitCodes, type Invocation } from "./command.ts";
import { openHome } from "./open-home.ts";

/** Serves MCP over stdio until the client goes; sessions stay. Throws before anything is served when it could not work. */
export async function serve(invocation: Invocation): Promise<number> {
  // Queued, for a client that does not read our stderr must not hold us up.
  const log = (line: string) => void process.stderr.write(`mcp-ssh-interactive: ${line}\n`);
  const parts = openHome(invocation, log);
  const { tree, links, config, state, memory } = parts;
  const { settings, faults } = config.current();
  if (faults.length > 0)
    log(`${countFaults(faults.length)} in ${tree.configFile}; mcp-ssh-interactive validate shows all`);
  using _ = markServing(tree.locks);
  const stop = stopOnSignals();
  await state.settle();
  await using held = new AsyncDisposableStack();
  const service = async () => {
    const { composeSessions } = await import("./compose-sessions.ts");
    const { retainDaily } = await import("./retain-daily.ts");
    const composed = composeSessions(parts);
    held.defer(composed.close);
    held.use(
      retainDaily({ tree, links, state, gatehouse: composed.gatehouse, config: () => config.current(), log }),
    );
    return composed.service;
  };
  const hasLocalBrowser = invocation.env["SSH_CONNECTION"] === undefined;
  await serveMcp({ service, settings, version, log, hasLocalBrowser, memory, signal: stop });
  return exitCodes.done;
}

function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}

function countFaults(count: number): string {
  return count === 1 ? "1 fault" : `${count} faults`;
}
