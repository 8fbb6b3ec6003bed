import { parseCursor } from "../base/cursor.ts";
import { commandHistory, type PastCommand } from "./command-history.ts";
import { executeCommand } from "./execute.ts";
import { humanCommands } from "./human-commands.ts";
import { askedOfHuman, type HumanQuestion } from "./human-question.ts";
import { interruptCommand } from "./interrupt.ts";
import { readLogPage, type LogPage } from "./log-page.ts";
import type { SessionContext } from "./look.ts";
import type {
  Call,
  CommandOutcome,
  ExecuteRequest,
  HumanCommand,
  InputOutcome,
  InputRequest,
  InterruptOutcome,
  InterruptRequest,
  OutputOutcome,
  OutputRequest,
  SecretRequest,
  SessionHandle,
} from "./outcome.ts";
import { OutdatedSession } from "./outdated-session.ts";
import { recordHumans } from "./record-humans.ts";
import { remoteFolders } from "./remote-folders.ts";
import type { SearchOutcome, SearchRequest } from "./search-outcome.ts";
import { searchOutput } from "./search-output.ts";
import { sendInput } from "./send-input.ts";
import { sendSecret } from "./send-secret.ts";
import { transferFile } from "./transfer/transfer-file.ts";
import type { TransferOutcome, TransferRequest } from "./transfer/transfer-outcome.ts";
import { viewOutput } from "./view-output.ts";

/** What agents do with one open session. */
export class Session implements SessionHandle {
  #context: SessionContext;
  readonly #renew: () => Promise<SessionContext>;

  /** `renew` gives the session as all processes know it by then. */
  constructor(context: SessionContext, renew: () => Promise<SessionContext>) {
    this.#context = context;
    this.#renew = renew;
  }

  get context(): SessionContext {
    return this.#context;
  }

  get name(): string {
    return this.context.record.session_name;
  }

  execute(request: ExecuteRequest, call: Call): Promise<CommandOutcome> {
    return this.#typing((context) => executeCommand(context, request, call));
  }

  output(request: OutputRequest, call: Call): Promise<OutputOutcome> {
    return viewOutput(this.context, request, call);
  }

  input(request: InputRequest, call: Call): Promise<InputOutcome> {
    return this.#typing((context) => sendInput(context, request, call));
  }

  sendSecret(request: SecretRequest, call: Call): Promise<InputOutcome> {
    return this.#typing((context) => sendSecret(context, request, call));
  }

  interrupt(request: InterruptRequest, call: Call): Promise<InterruptOutcome> {
    return this.#typing((context) => interruptCommand(context, request, call));
  }

  search(request: SearchRequest, call: Call): Promise<SearchOutcome> {
    return searchOutput(this.context, request, call);
  }

  transfer(request: TransferRequest, call: Call): Promise<TransferOutcome> {
    return transferFile(this.context, request, call);
  }

  logPage(cursor: string | undefined): Promise<LogPage> {
    return readLogPage(this.context, cursor);
  }

  async history(most: number): Promise<readonly PastCommand[]> {
    return commandHistory(this.name, this.context.ledger, most);
  }

  remoteFolders(begun: string, signal: AbortSignal): Promise<readonly string[]> {
    return remoteFolders(this.context, begun, signal);
  }

  humanQuestion(signal: AbortSignal): Promise<HumanQuestion> {
    return askedOfHuman(this.context, signal);
  }

  humans(from: string, to: string): readonly HumanCommand[] {
    const [first, last] = [parseCursor(from), parseCursor(to)];
    const { incarnation } = this.context.record;
    if (first?.incarnation !== incarnation || last?.incarnation !== incarnation) return [];
    const commands = humanCommands(this.context, { from: first.offset, to: last.offset });
    void recordHumans(this.context, commands).catch(() => undefined);
    return commands;
  }

  /** What is typed relies on what was known under the input lock. */
  async #typing<T>(type: (context: SessionContext) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await type(this.#context);
      } catch (error) {
        if (!(error instanceof OutdatedSession)) throw error;
        this.#context = await this.#renew();
      }
    }
  }
}
