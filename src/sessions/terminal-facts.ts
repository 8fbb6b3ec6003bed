import { renderCursor } from "../base/cursor.ts";
import { fullscreenAwaiting, withAnswer } from "./answers.ts";
import { hiddenFacts, isHiddenKind } from "./hidden-prompt.ts";
import type { Look, SessionContext } from "./look.ts";
import type { MarkedWhere } from "./mark-track.ts";
import type { Awaiting, TerminalFacts, Where } from "./outcome.ts";
import { commandInFront } from "./sent-command.ts";

/** The facts that every outcome carries. */
export function terminalFacts(session: SessionContext, current: Look): TerminalFacts {
  const where = whereNow(session, current);
  const awaiting = awaitingNow(session, current);
  const { session_name, connection_config, incarnation } = session.record;
  return {
    sessionName: session_name,
    connectionConfig: connection_config,
    state: current.state,
    confidence: current.confidence,
    link: current.state === "disconnected" ? "ok" : session.link.at(session.terminal.offset),
    cursor: renderCursor({ incarnation, offset: session.terminal.offset }),
    ...(where === undefined ? {} : { where }),
    ...(awaiting === undefined ? {} : { awaiting }),
    ...(current.state === "unknown" ? { quietMs: Math.round(current.quietMs) } : {}),
  };
}

function awaitingNow(session: SessionContext, { state, awaiting }: Look): Awaiting | undefined {
  if (state === "fullscreen") return fullscreenAwaiting(commandInFront(session));
  if (awaiting === undefined) return undefined;
  return isHiddenKind(awaiting.kind) ? { ...awaiting, ...hiddenFacts(session) } : withAnswer(awaiting);
}

/** Where the shell that waits says it is; undefined where none tells. */
export function whereNow({ terminal }: SessionContext, { state, confidence }: Look): Where | undefined {
  const { marks, shellLevels } = terminal;
  if (state !== "idle" || confidence !== "exact" || marks?.where === undefined) return undefined;
  return placeOf(marks.where, shellLevels.length - 1);
}

export function placeOf({ user, host, cwd, isRoot }: MarkedWhere, depth: number): Where {
  return {
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(isRoot === undefined ? {} : { isRoot }),
    depth,
  };
}
