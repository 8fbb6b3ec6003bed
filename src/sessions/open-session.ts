import { sessionKey } from "../base/session-name.ts";
import { UserError } from "../base/user-error.ts";
import { requireRoom } from "../platform/disk-room.ts";
import { checkPreparation, withChecks } from "../ssh/attempt-checks.ts";
import type { Secrets, SshConnection } from "../ssh/connection.ts";
import { prepareSsh, type PreparedSsh } from "../ssh/prepare.ts";
import { Questions } from "../ssh/questions.ts";
import { removeSshFiles } from "../ssh/session-files.ts";
import type { SshVersion } from "../ssh/version.ts";
import { ConnectAttempts, type Opened, type OpenPlan } from "./connect-attempts.ts";
import type { Call } from "./outcome.ts";
import { undoOpening } from "./undo-opening.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/**
 * Starts ssh in its pane and returns when the login is through. Throws the exact failure; then nothing is left of a
 * new session, and one that was there before stays disconnected. To be called under `lockOpening`.
 */
export async function openSession(place: Workplace, plan: OpenPlan, call: Call): Promise<Opened> {
  requireRoom(place.tree.logs);
  const deadlineMs = performance.now() + plan.request.timeoutSeconds * 1_000;
  const tmux = await place.tmux();
  const version = await place.ssh.version();
  const questions = new Questions(version);
  const prepared = await prepare(place, plan, version, questions).catch((error: unknown) => {
    throw error instanceof UserError ? withChecks(error, checkPreparation(error)) : error;
  });
  try {
    return await place.slots.run(prepared.info, { signal: call.signal, deadlineMs }, () =>
      new ConnectAttempts(place, tmux, plan, prepared, questions).untilOpen(deadlineMs, call),
    );
  } catch (error) {
    questions[Symbol.dispose]();
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

async function prepare(
  place: Workplace,
  { request, config }: OpenPlan,
  version: SshVersion,
  questions: Questions,
): Promise<PreparedSsh> {
  const { connections } = place.config();
  const session = sessionKey(request.sessionName);
  return prepareSsh({
    ssh: place.ssh.program,
    version,
    connection: sshConnection(place, config, session),
    lookupConnection: (name) => {
      const entry = connections.get(name);
      return entry !== undefined && "config" in entry
        ? sshConnection(place, entry.config, session)
        : undefined;
    },
    runtimeFolder: place.tree.runtime,
    sessionName: request.sessionName,
    userConfig: place.ssh.userConfig,
    systemConfig: place.ssh.systemConfig,
    env: place.env,
    connectTimeoutSeconds: Math.ceil(request.timeoutSeconds),
    asking: { questions, askpass: place.askpass },
  });
}

function sshConnection(place: Workplace, config: ConnectionConfig, session: string): SshConnection {
  const { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions } = config;
  const secrets = {
    ...secretOf(place, config, "password", session),
    ...secretOf(place, config, "passphrase", session),
  };
  return { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions, secrets };
}

function secretOf(
  { secrets }: Workplace,
  config: ConnectionConfig,
  key: "password" | "passphrase",
  session: string,
): Secrets {
  const source = config[key];
  if (source === undefined) return {};
  return {
    [key]: (signal: AbortSignal) => secrets.fetch(source, { session, connection: config.name, key, signal }),
  };
}
