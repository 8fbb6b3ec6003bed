import { executeCommand } from "./execute.ts";
import { interruptCommand } from "./interrupt.ts";
import type { SessionContext } from "./look.ts";
import type {
  Call,
  CommandOutcome,
  ExecuteRequest,
  InterruptOutcome,
  InterruptRequest,
  OutputOutcome,
  OutputRequest,
  SearchOutcome,
  SearchRequest,
  SessionHandle,
} from "./outcome.ts";
import { searchOutput } from "./search-output.ts";
import { viewOutput } from "./view-output.ts";

/** What agents do with one open session. */
export class Session implements SessionHandle {
  readonly context: SessionContext;

  constructor(context: SessionContext) {
    this.context = context;
  }

  get name(): string {
    return this.context.record.session_name;
  }

  execute(request: ExecuteRequest, call: Call): Promise<CommandOutcome> {
    return executeCommand(this.context, request, call);
  }

  output(request: OutputRequest, call: Call): Promise<OutputOutcome> {
    return viewOutput(this.context, request, call);
  }

  interrupt(request: InterruptRequest, call: Call): Promise<InterruptOutcome> {
    return interruptCommand(this.context, request, call);
  }

  search(request: SearchRequest, call: Call): Promise<SearchOutcome> {
    return searchOutput(this.context, request, call);
  }
}
