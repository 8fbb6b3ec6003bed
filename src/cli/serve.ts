import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { createConfigSource } from "../config/load-config.ts";
import { homeTree, openHomeTree } from "../platform/home-tree.ts";
import { markServing } from "../policy/serving-mark.ts";
import { serveMcp } from "../server/serve.ts";
import { StateFile } from "../state/state-file.ts";
import { exitCodes, type Invocation } from "./command.ts";
import { findPrograms } from "./find-programs.ts";

/** Serves MCP over stdio until the client goes; sessions stay. Throws before anything is served when it could not work. */
export async function serve(invocation: Invocation): Promise<number> {
  const { root, home } = invocation;
  // Queued, for a client that does not read our stderr must not hold us up.
  const log = (line: string) => void process.stderr.write(`mcp-ssh-interactive: ${line}\n`);
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const config = createConfigSource({ path: tree.configFile, home, root });
  const { settings, faults } = config.current();
  if (faults.length > 0)
    log(`${countFaults(faults.length)} in ${tree.configFile}; mcp-ssh-interactive validate shows all`);
  const links = openHomeTree(tree);
  const programs = findPrograms(invocation);
  process.chdir(root);
  using _ = markServing(tree.locks);
  const stop = stopOnSignals();
  const state = new StateFile(tree.stateFile, join(tree.locks, "state"), log);
  await state.settle();
  await using held = new AsyncDisposableStack();
  const service = async () => {
    const { composeSessions } = await import("./compose-sessions.ts");
    const { retainDaily } = await import("./retain-daily.ts");
    const composed = composeSessions({
      tree,
      links,
      home,
      programs,
      ownEnv: invocation.env,
      config,
      state,
      log,
    });
    held.defer(composed.close);
    held.use(
      retainDaily({ tree, links, state, gatehouse: composed.gatehouse, config: () => config.current(), log }),
    );
    return composed.service;
  };
  const hasLocalBrowser = invocation.env["SSH_CONNECTION"] === undefined;
  await serveMcp({ service, settings, version, log, hasLocalBrowser, signal: stop });
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
