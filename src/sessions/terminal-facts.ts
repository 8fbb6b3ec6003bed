import { renderCursor } from "../base/cursor.ts";
import type { Look, SessionContext } from "./look.ts";
import type { TerminalFacts } from "./outcome.ts";

/** The facts that every outcome carries. */
export function terminalFacts(session: SessionContext, current: Look): TerminalFacts {
  const { session_name, connection_config, incarnation } = session.record;
  return {
    sessionName: session_name,
    connectionConfig: connection_config,
    state: current.state,
    confidence: current.confidence,
    link: "ok",
    cursor: renderCursor({ incarnation, offset: session.terminal.offset }),
    ...(current.awaiting === undefined ? {} : { awaiting: current.awaiting }),
    ...(current.state === "unknown" ? { quietMs: Math.round(current.quietMs) } : {}),
  };
}
