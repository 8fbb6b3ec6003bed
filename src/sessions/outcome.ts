import type { Check } from "../base/check.ts";
import type { CatalogService, SessionReader } from "./beside-tools.ts";
import type { Lost } from "./lost-work.ts";
import type {
  Call,
  ExecuteRequest,
  InputRequest,
  InterruptRequest,
  OpenRequest,
  OutputRequest,
  SecretRequest,
} from "./requests.ts";
import type { SearchOutcome, SearchRequest } from "./search-outcome.ts";
import type { TransferOutcome, TransferRequest } from "./transfer/transfer-outcome.ts";

export type * from "./requests.ts";

/** What the terminal is doing, derived from its stream. */
export type State = "idle" | "running" | "awaiting_input" | "fullscreen" | "disconnected" | "unknown";

/** `prompt`: the learned prompt came back, without an exit code. `quiet`: silence only. */
export type Confidence = "exact" | "prompt" | "quiet";

export type EndedBy =
  | "command_ended"
  | "input_wanted"
  | "nested_prompt"
  | "matched"
  | "fullscreen"
  | "quiet"
  | "no_echo"
  | "disconnected"
  | "wait_limit";

/** What the shell at the prompt reports of itself; only filled where it did. */
export type Where = {
  readonly user?: string;
  readonly host?: string;
  readonly cwd?: string;
  readonly isRoot?: boolean;
  readonly depth?: number;
};

/** A program that waits for a person; `prompt` is remote text. */
export type Awaiting = {
  readonly kind:
    | "password"
    | "passphrase"
    | "otp"
    | "host_key"
    | "confirmation"
    | "pager"
    | "repl"
    | "continuation"
    | "text";
  readonly prompt: string;
  /** The tool with which it is answered, where an agent may; keys in send_input's grammar that suit it. */
  readonly answerWith?: { readonly tool: string; readonly name?: string };
  readonly suggestedKeys?: readonly string[];
  /** The last answer to it failed. */
  readonly rejected?: true;
};

export type ConnectionInfo = { readonly host: string; readonly user: string; readonly port: number };

/** The facts that every look at a terminal carries. `quietMs` only where `state` is unknown. */
export type TerminalFacts = {
  readonly sessionName: string;
  readonly connectionConfig: string;
  readonly state: State;
  readonly confidence: Confidence;
  readonly link: "ok" | "stalled";
  readonly cursor: string;
  readonly where?: Where;
  readonly awaiting?: Awaiting;
  readonly quietMs?: number;
};

/** Rendered lines of a part of the output, not yet cut to the size that the call asked for. `bytesMissed` were dropped by rotation or never recorded, as on a full disk; `bytesUnrecorded` are the latter alone. */
export type OutputFacts = {
  readonly output: string;
  readonly totalLines: number;
  readonly bytesMissed?: number;
  readonly bytesUnrecorded?: number;
  /** The first lines where `output` is the last ones alone; between them so much was only counted. */
  readonly head?: { readonly output: string; readonly linesBetween: number; readonly bytesBetween: number };
};

export type CommandOutcome = TerminalFacts &
  OutputFacts & {
    readonly command?: string;
    readonly commandId?: string;
    readonly exitCode?: number;
    readonly endedBy?: EndedBy;
    readonly durationMs?: number;
    readonly waitSeconds: number;
    /** `command` is what ran. `matched`: only where the call waited for a pattern. */
    readonly editedByHuman?: boolean;
    readonly matched?: boolean;
    readonly matchedAtEntry?: boolean;
  };

/** What a person attached to the session ran; `command` is remote text. */
export type HumanCommand = { readonly command: string; readonly exitCode: number };

export type InterruptOutcome = CommandOutcome & { readonly interrupted: boolean };

export type ScreenFacts = {
  readonly cols: number;
  readonly rows: number;
  readonly cursorX: number;
  readonly cursorY: number;
  readonly alternate: boolean;
  readonly title: string;
};

export type OutputOutcome = CommandOutcome & {
  readonly view: "scrollback" | "screen" | "new" | "command";
  readonly screen?: ScreenFacts;
};

export type InputOutcome = OutputOutcome & { readonly submitted: boolean };

export type OpenOutcome = TerminalFacts & {
  readonly connectionInfo: ConnectionInfo;
  /** The shell that told of itself, where one did. */
  readonly shell?: string;
  readonly hasServerInfo: boolean;
  readonly serverInfo?: string;
  readonly banner: string;
  readonly logFile: string;
  readonly attachCommand: string;
  readonly openedInMs: number;
  readonly reconnected: boolean;
  readonly lost?: Lost;
  /** How the login went, step by step. */
  readonly checks: readonly Check[];
};

export type CloseOutcome = {
  readonly sessionName: string;
  readonly logFile?: string;
  readonly wasRunning: boolean;
  readonly existed: boolean;
};

export type SessionSummary = TerminalFacts & {
  readonly status: "active" | "disconnected";
  readonly connectionInfo: ConnectionInfo;
  readonly runningCommand?: string;
  readonly lastExitCode?: number;
  readonly createdAt: string;
  /** When it was found again in tmux after the state file had lost it. */
  readonly restoredAt?: string;
  readonly lastActivityAt: string;
  readonly logBytes: number;
  readonly humansAttached: number;
  readonly logFile: string;
  readonly attachCommand: string;
};

export type ServerInfo = {
  readonly connectionConfigName: string;
  readonly infoFile: string;
  readonly infoContent: string;
  readonly truncated: boolean;
};

export type ConfigListing = {
  readonly name: string;
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  readonly description?: string;
  readonly auth?: readonly ("key" | "password" | "agent")[];
  readonly hasInfo?: boolean;
  readonly policy?: string;
  readonly secrets?: readonly string[];
  readonly openSessions: readonly string[];
  readonly problem?: string;
};

/** One open terminal, of whatever process of ours opened it. */
export interface SessionHandle extends SessionReader {
  readonly name: string;
  execute(request: ExecuteRequest, call: Call): Promise<CommandOutcome>;
  output(request: OutputRequest, call: Call): Promise<OutputOutcome>;
  input(request: InputRequest, call: Call): Promise<InputOutcome>;
  sendSecret(request: SecretRequest, call: Call): Promise<InputOutcome>;
  interrupt(request: InterruptRequest, call: Call): Promise<InterruptOutcome>;
  search(request: SearchRequest, call: Call): Promise<SearchOutcome>;
  /** Throws TRANSFER_REFUSED for what this machine does not allow, TRANSFER_FAILED for the rest. */
  transfer(request: TransferRequest, call: Call): Promise<TransferOutcome>;
  /** What people ran that ended between these cursors, the first included; nothing where one is not of this session. */
  humans(from: string, to: string): readonly HumanCommand[];
}

/** Everything that the tools need of the domain. */
export interface SessionService extends CatalogService {
  listConfigs(): Promise<readonly ConfigListing[]>;
  serverInfo(connectionConfigName: string): Promise<ServerInfo>;
  open(request: OpenRequest, call: Call): Promise<OpenOutcome>;
  list(): Promise<readonly SessionSummary[]>;
  /** Throws SESSION_NOT_FOUND, naming the sessions there are. */
  find(sessionName: string): Promise<SessionHandle>;
  /** Of a session that is gone already it says so instead of failing. */
  close(
    request: { readonly sessionName: string; readonly force: boolean },
    call: Call,
  ): Promise<CloseOutcome>;
}
