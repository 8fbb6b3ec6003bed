import { UserError } from "../base/user-error.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { captureScreen } from "../tmux/screen-capture.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Where } from "./outcome.ts";
import { lastSentCommand, runningMs, sentInFront } from "./sent-command.ts";

/** `by` are our own words for what keeps the terminal; `current` is given where that is what runs. */
export function busy(session: SessionContext, by: string, current?: Look): UserError {
  const inFlight = current === undefined ? undefined : sentInFront(session);
  return new UserError(
    "SESSION_BUSY",
    `${session.record.session_name} is not at an empty prompt: ${by}; nothing was typed`,
    "Look with get_terminal_output, then wait, or end what runs with interrupt_command.",
    {
      details: {
        by,
        command_id: inFlight?.id,
        command: inFlight?.command,
        running_ms: inFlight && runningMs(inFlight),
        awaiting: current?.awaiting,
      },
    },
  );
}

export async function disconnected(session: SessionContext): Promise<UserError> {
  const screen = await captureScreen(session.tmux, session.record.session_name).catch(() => undefined);
  return new UserError(
    "SESSION_DISCONNECTED",
    `the ssh connection of ${session.record.session_name} has ended; nothing was typed`,
    `Call open_connection with connection_config_name "${session.record.connection_config}" and the same session_name to open it again.`,
    {
      details: {
        screen: screen?.lines.join("\n").trimEnd(),
        running_command: lastSentCommand(session)?.command,
      },
    },
  );
}

/** For what goes over the session's connection beside its terminal. */
export function noSharedConnection(session: SessionContext): UserError {
  return new UserError(
    "TRANSFER_FAILED",
    `${session.record.session_name} has no connection that files could go over: it is not logged in yet, or its ssh could not share it`,
    "Look with get_terminal_output; close the session and open it again.",
  );
}

/** For input that is meant for a prompt which the client was not shown. */
export function promptGone(session: SessionContext, { awaiting }: Look, where: Where | undefined): UserError {
  const name = session.record.session_name;
  return new UserError(
    "EXPECTATION_FAILED",
    `what takes the input in ${name} now is not what was shown last; nothing was typed`,
    `Call get_terminal_output {"session_name": "${name}"} and send the input again if it still fits.`,
    { details: { where, awaiting } },
  );
}

/** For input to a question that `owner` has answered, which nothing has followed yet. */
export function alreadyAnswered(session: SessionContext, { awaiting }: Look, owner: string): UserError {
  const name = session.record.session_name;
  return new UserError(
    "EXPECTATION_FAILED",
    `what was shown last in ${name} has just been answered by ${owner}; nothing was typed`,
    `Wait for what comes of that: get_terminal_output {"session_name": "${name}", "wait_seconds": 10}`,
    { details: { awaiting } },
  );
}

/** For the question whether to trust a host key. */
export function humanOnly(session: SessionContext): UserError {
  return new UserError(
    "HUMAN_ONLY",
    `${session.record.session_name} asks whether to trust a host key, which is for the user to answer; nothing was typed`,
    "Show the user the fingerprint and details.command_for_user, or give the command up with interrupt_command.",
    { details: { command_for_user: session.attachCommand } },
  );
}

/** For text that we left on the line and that cannot be cleared. */
export function stalled(session: SessionContext): UserError {
  return new UserError(
    "SESSION_BUSY",
    `what was typed into ${session.record.session_name} before could not be cleared: the link may have stalled; nothing was typed`,
    "Wait and look with get_terminal_output; a human can clear the line in the terminal.",
    { details: { by: "text that was typed and not sent" } },
  );
}

export function notTyped(
  session: SessionContext,
  outcome: "in_mode" | "gone",
): Promise<UserError> | UserError {
  return outcome === "gone"
    ? disconnected(session)
    : busy(session, "a human looks through the scrollback (copy mode)");
}

export function stillOpening({ session_name: name }: SessionRecord): UserError {
  return new UserError(
    "SESSION_BUSY",
    `${name} is still being opened`,
    "Wait for that call, then try again.",
    { details: { by: "open_connection" } },
  );
}

/** For a name that is in use, or that was on another connection. */
export function sessionExists(session: SessionContext, { state }: Look): UserError {
  const { session_name: name, connection_config } = session.record;
  const isOver = state === "disconnected";
  const running = isOver || state === "idle" ? undefined : lastSentCommand(session)?.command;
  return new UserError(
    "SESSION_EXISTS",
    isOver
      ? `${name} was open on connection ${connection_config} and has ended; it can be opened again under just this name, there`
      : `${name} is open already, on connection ${connection_config}`,
    "Use it as it is, close it first, or choose another session_name.",
    { details: { connection_config, state, running_command: running } },
  );
}
