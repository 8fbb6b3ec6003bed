import { UserError } from "../base/user-error.ts";
import type { SessionRecord } from "../state/session-record.ts";
import { humanAnswers } from "./human-answers.ts";
import type { SessionContext } from "./look.ts";

/** `reason` are our own words. */
export function notASecretPrompt({ record }: SessionContext, reason: string): UserError {
  const command = humanAnswers(record.session_name);
  return new UserError(
    "NOT_A_SECRET_PROMPT",
    `no secret is given there: ${reason}; nothing was sent`,
    `Where the user wants it answered, ask them to run: ${command}`,
    { details: { reason, command_for_user: command } },
  );
}

/** What became of text that was typed and not handed over. */
export function takenBack({ isCleared }: { readonly isCleared: boolean }): string {
  return isCleared
    ? "it was taken back with Ctrl+C"
    : "Ctrl+C was pressed, but the line was not seen empty: a part of the answer may stand there, for a human to clear";
}

export function secretRejected({ record }: SessionContext, name: string): UserError {
  return new UserError(
    "SECRET_REJECTED",
    `secrets.${name} was given to this command already and is asked for again; nothing was sent`,
    `Do not try again: accounts are locked that way. End it with interrupt_command; the user looks at secrets.${name} of ${record.connection_config}, or runs: ${humanAnswers(record.session_name)}`,
  );
}

export function secretUnavailable(
  { session_name, connection_config }: SessionRecord,
  name: string,
): UserError {
  return new UserError(
    "SECRET_UNAVAILABLE",
    `secrets.${name} of connection ${connection_config} is to be asked of a human each time`,
    `Ask the user to run: ${humanAnswers(session_name)}`,
    { details: { source: "ask" } },
  );
}

export function unknownSecret({ record, secrets }: SessionContext, name: string): UserError {
  return new UserError(
    "INVALID_ARGUMENT",
    `connection ${record.connection_config} has no secret named ${JSON.stringify(name.slice(0, 64))}; nothing was sent`,
    "Use one of details.names, or leave name out.",
    { details: { names: [...secrets.named().keys()] } },
  );
}

/** For what an agent would type where a configured secret is due. */
export function useSendSecret({ record }: SessionContext, name: string): UserError {
  return new UserError(
    "USE_SEND_SECRET",
    `${record.session_name} asks for what secrets.${name} holds; nothing was typed`,
    `Call send_secret {"session_name": "${record.session_name}", "name": "${name}"}`,
    { details: { name } },
  );
}
