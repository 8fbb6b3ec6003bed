import type { Approval } from "../policy/approval.ts";
import type { Where } from "./outcome.ts";

/** One call of a client: ends early when the client cancels; `client` is its name and version for records. */
export type Call = {
  readonly signal: AbortSignal;
  readonly client: string;
  /** Asks the client's user by a form, where the client can; missing where it cannot. */
  readonly ask?: ((approval: Approval) => Promise<"accept" | "decline" | "cancel">) | undefined;
  /** Tells how far the call is, in bytes; as often as one likes. */
  readonly count?: (bytes: number, total: number) => void;
};

export type OpenRequest = {
  readonly connectionConfigName: string;
  readonly sessionName: string;
  readonly timeoutSeconds: number;
  /** A failure that may pass is told at once, not tried again. */
  readonly once?: true;
  readonly cols: number;
  readonly rows: number;
};

export type ExecuteRequest = {
  readonly command: string;
  readonly waitSeconds: number;
  readonly waitFor?: string;
  readonly expect?: Where;
};

export type OutputRequest = {
  readonly view: "auto" | "scrollback" | "screen" | "new" | "command";
  readonly numLines: number;
  readonly commandId?: string;
  readonly cursor?: string;
  readonly waitSeconds: number;
  readonly waitFor?: string;
};

/** `text` before `keys`; `cursor`: the last place that the client was shown. */
export type InputRequest = {
  readonly text: string;
  readonly keys: readonly string[];
  readonly cursor: string | undefined;
  readonly waitSeconds: number;
  readonly waitFor?: string;
};

/** A human may also end what runs while agents are stopped. */
export type CloseRequest = { readonly sessionName: string; readonly force: boolean; readonly byHuman?: true };

/** Without `name` the one that is configured for what asks. */
export type SecretRequest = { readonly name: string | undefined; readonly waitSeconds: number };

export type InterruptRequest = { readonly waitSeconds: number };
