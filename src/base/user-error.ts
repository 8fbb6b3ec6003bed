/** The error codes of the tool contract; each can be acted on by an agent or a human. */
export type ErrorCode =
  | "INVALID_ARGUMENT"
  | "CONFIG_INVALID"
  | "CONFIG_NOT_FOUND"
  | "SESSION_NOT_FOUND"
  | "SESSION_EXISTS"
  | "SESSION_BUSY"
  | "SESSION_DISCONNECTED"
  | "SESSION_LIMIT"
  | "EXPECTATION_FAILED"
  | "COMMAND_NOT_FOUND"
  | "CURSOR_INVALID"
  | "PATTERN_INVALID"
  | "AUTH_FAILED"
  | "HOST_KEY_UNKNOWN"
  | "HOST_KEY_CHANGED"
  | "HOST_NOT_FOUND"
  | "HOST_UNREACHABLE"
  | "CONNECTION_REFUSED"
  | "CONNECTION_TIMEOUT"
  | "KEY_UNUSABLE"
  | "POLICY_DENIED"
  | "APPROVAL_PENDING"
  | "APPROVAL_DECLINED"
  | "APPROVAL_UNAVAILABLE"
  | "PAUSED_BY_HUMAN"
  | "RATE_LIMITED"
  | "HUMAN_ONLY"
  | "USE_SEND_SECRET"
  | "NOT_A_SECRET_PROMPT"
  | "SECRET_REJECTED"
  | "SECRET_UNAVAILABLE"
  | "INFO_NOT_CONFIGURED"
  | "INFO_FILE_NOT_FOUND"
  | "INFO_FILE_REFUSED"
  | "TRANSFER_REFUSED"
  | "TRANSFER_FAILED"
  | "TMUX_UNAVAILABLE"
  | "SSH_UNAVAILABLE"
  | "STORAGE_FAILED"
  | "INTERNAL";

/** JSON-shaped facts; remote text may stand in `screen` only. */
export type ErrorDetails = { readonly [key: string]: unknown };

/**
 * A failure that someone can act on. `message` states the fact with its value, `hint` the next call or
 * command. Anything else that is thrown is a bug and reaches the client as INTERNAL, without its text.
 */
export class UserError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: ErrorDetails | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    hint: string,
    extra: { details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause });
    this.name = "UserError";
    this.code = code;
    this.hint = hint;
    this.details = extra.details;
  }
}
