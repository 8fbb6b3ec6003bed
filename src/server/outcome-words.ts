import type { Awaiting, CommandOutcome } from "../sessions/outcome.ts";
import { renderDuration } from "./duration.ts";

/** What became of a command, in our words; none of the host's are in it. */
export function describeOutcome(outcome: CommandOutcome): string {
  const gap = outcome.bytesUnrecorded === undefined ? "" : "; some of what came was never recorded";
  return `${describeEnd(outcome)}${gap}`;
}

function describeEnd(outcome: CommandOutcome): string {
  const after = outcome.durationMs === undefined ? "" : ` after ${renderDuration(outcome.durationMs)}`;
  if (outcome.exitCode !== undefined) return `exited ${outcome.exitCode}${after}`;
  if (outcome.endedBy === "no_echo")
    return "the typed text did not appear for 5 s; the link may have stalled";
  if (outcome.state === "disconnected") return "ssh has ended; the last output is kept";
  if (outcome.endedBy === "disconnected") return "ssh ended while it ran; its output up to there is kept";
  if (outcome.endedBy === "command_ended") return `ended${after}; the exit code is not known`;
  const pattern =
    outcome.matched === undefined ? "" : `; the pattern has ${outcome.matched ? "" : "not "}matched`;
  return `${describeState(outcome, after)}${pattern}`;
}

function describeState({ state, awaiting, quietMs }: CommandOutcome, after: string): string {
  switch (state) {
    case "idle":
      return "at the prompt";
    case "running":
      return `still running${after}`;
    case "awaiting_input":
      return awaiting === undefined ? "the program waits for input" : awaitingWords(awaiting.kind);
    case "fullscreen":
      return "a full-screen program has the terminal";
    case "disconnected":
      return "ssh has ended; the last output is kept";
    case "unknown":
      return quietMs === undefined
        ? "whether a program runs is not known"
        : `nothing came for ${renderDuration(quietMs)}; whether a program still runs is not known`;
  }
}

/** The call to make now, where one is due. */
export function adviseNext(
  outcome: CommandOutcome & { readonly connectionConfig: string },
): string | undefined {
  const session = JSON.stringify(outcome.sessionName);
  const wait = `get_terminal_output {"session_name": ${session}, "cursor": "${outcome.cursor}", "wait_seconds": 30}`;
  if (outcome.endedBy === "no_echo") return `do not type it again; ${wait} shows whether it arrived`;
  switch (outcome.state) {
    case "idle":
      return undefined;
    case "running":
      return `${wait} goes on waiting; interrupt_command stops it`;
    case "awaiting_input":
      return adviseAnswer(outcome);
    case "fullscreen":
      return `get_terminal_output {"session_name": ${session}, "view": "screen"} shows it; send_input presses its keys`;
    case "disconnected":
      return adviseReopening(outcome);
    case "unknown":
      return `${wait} looks again`;
  }
}

/** Who answers, and with what; suggested keys are our own words. */
export function adviseAnswer({
  sessionName,
  awaiting,
}: {
  readonly sessionName: string;
  readonly awaiting?: Awaiting;
}): string {
  const answer = `send_input {"session_name": ${JSON.stringify(sessionName)}, "text": "…\\n"}`;
  switch (awaiting?.kind) {
    case "host_key":
      return `a human answers in the terminal (${attachHint}); interrupt_command gives it up`;
    case "password":
    case "passphrase":
    case "otp":
      if (awaiting.answerWith?.name !== undefined)
        return `send_secret {"session_name": ${JSON.stringify(sessionName)}} answers; interrupt_command gives it up`;
      return `a human answers it, unseen by you: mcp-ssh-interactive answer ${sessionName}, or in the terminal (${attachHint}); or ${answer} with what the user gave you for it; interrupt_command gives it up`;
    default:
      return `${answer} answers, or its keys; interrupt_command gives it up`;
  }
}

const attachHint = "attach_command of list_connections";

function adviseReopening(names: { readonly sessionName: string; readonly connectionConfig: string }): string {
  const { sessionName, connectionConfig } = names;
  const args = { connection_config_name: connectionConfig, session_name: sessionName };
  return `open_connection ${JSON.stringify(args)} opens it again in place`;
}

export function awaitingWords(kind: Awaiting["kind"]): string {
  switch (kind) {
    case "password":
      return "asks for a password";
    case "passphrase":
      return "asks for a key's passphrase";
    case "otp":
      return "asks for a one-time code";
    case "host_key":
      return "asks whether to trust a host key";
    case "confirmation":
      return "asks for a confirmation";
    case "pager":
      return "a pager waits for a key";
    case "repl":
      return "an interactive interpreter waits for input";
    case "continuation":
      return "the shell waits for the rest of the command";
    case "text":
      return "the program waits for a line of text";
  }
}
