import type { SshConnection } from "../ssh/connection.ts";
import { prepareSsh, type PreparedSsh } from "../ssh/prepare.ts";
import { removeSshFiles } from "../ssh/session-files.ts";
import { ConnectAttempts, type Opened, type OpenPlan } from "./connect-attempts.ts";
import type { Call } from "./outcome.ts";
import { undoOpening } from "./undo-opening.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/**
 * Starts ssh in its pane and returns when the login is through. Throws the exact failure; then nothing is left of a
 * new session, and one that was there before stays disconnected. To be called under `lockOpening`.
 */
export async function openSession(place: Workplace, plan: OpenPlan, call: Call): Promise<Opened> {
  const deadlineMs = performance.now() + plan.request.timeoutSeconds * 1_000;
  const tmux = await place.tmux();
  const prepared = await prepare(place, plan);
  try {
    return await place.slots.run(prepared.info, { signal: call.signal, deadlineMs }, () =>
      new ConnectAttempts(place, tmux, plan, prepared).untilOpen(deadlineMs, call),
    );
  } catch (error) {
    await takeBack(place, plan.request.sessionName);
    throw error;
  }
}

/** The failure of the open itself is the one to tell. */
async function takeBack(place: Workplace, sessionName: string): Promise<void> {
  try {
    removeSshFiles(place.tree.runtime, sessionName);
    await undoOpening(place, await place.tmux(), sessionName);
  } catch (error) {
    place.warn(`the open of ${sessionName} could not be taken back whole: ${String(error)}`);
  }
}

async function prepare(place: Workplace, { request, config }: OpenPlan): Promise<PreparedSsh> {
  const { connections } = place.config();
  return prepareSsh({
    ssh: place.ssh.program,
    version: await place.ssh.version(),
    connection: sshConnection(config),
    lookupConnection: (name) => {
      const entry = connections.get(name);
      return entry !== undefined && "config" in entry ? sshConnection(entry.config) : undefined;
    },
    runtimeFolder: place.tree.runtime,
    sessionName: request.sessionName,
    userConfig: place.ssh.userConfig,
    systemConfig: place.ssh.systemConfig,
    env: place.env,
    connectTimeoutSeconds: Math.ceil(request.timeoutSeconds),
  });
}

function sshConnection(config: ConnectionConfig): SshConnection {
  const { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions } = config;
  return { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions };
}
