import type { Awaiting, CommandOutcome, TerminalFacts, Where } from "../sessions/outcome.ts";
import { boundOutput, type OutputBounds } from "./bound-output.ts";
import { renderDuration } from "./duration.ts";
import { cleanField } from "./remote-text.ts";
import type { Block, Facts } from "./response.ts";

/** The facts of a look at a terminal under their names of the contract. */
export function terminalFacts(facts: TerminalFacts): Facts {
  return {
    state: facts.state,
    awaiting: awaitingFact(facts.awaiting),
    confidence: facts.confidence,
    where: whereFact(facts.where),
    link: facts.link,
    cursor: facts.cursor,
    session_name: facts.sessionName,
    quiet_ms: facts.quietMs,
  };
}

function awaitingFact(awaiting: Awaiting | undefined): Facts | undefined {
  if (awaiting === undefined) return undefined;
  const { kind, prompt, answerWith, suggestedKeys, rejected } = awaiting;
  return {
    kind,
    prompt: cleanField(prompt),
    ...(answerWith === undefined ? {} : { answer_with: answerWith }),
    ...(suggestedKeys === undefined ? {} : { suggested_keys: suggestedKeys }),
    ...(rejected === undefined ? {} : { rejected }),
  };
}

export function whereFact(where: Where | undefined): Facts | undefined {
  if (where === undefined) return undefined;
  const { user, host, cwd, isRoot, depth } = where;
  const fact = { ...cleaned({ user, host, cwd }), ...present({ is_root: isRoot, depth }) };
  return Object.keys(fact).length === 0 ? undefined : fact;
}

/** Header lead, facts and the bounded output of a command or a view; `extra` comes before the output's counts. */
export function outputFacts(
  outcome: CommandOutcome,
  bounds: OutputBounds,
  extra: Facts = {},
): { readonly lead: string; readonly facts: Facts; readonly blocks: readonly Block[] } {
  const { output, lines, cut } = boundOutput(outcome, bounds);
  const totalLines = Math.max(outcome.totalLines, lines);
  const missed = outcome.bytesMissed !== undefined && outcome.bytesMissed > 0;
  const facts: Facts = {
    command_id: outcome.commandId,
    exit_code: outcome.exitCode,
    duration_ms: outcome.durationMs === undefined ? undefined : Math.round(outcome.durationMs),
    command: outcome.command === undefined ? undefined : cleanField(outcome.command),
    ended_by: outcome.endedBy,
    ...terminalFacts(outcome),
    wait_seconds: outcome.waitSeconds,
    edited_by_human: outcome.editedByHuman,
    matched: outcome.matched,
    matched_at_entry: outcome.matchedAtEntry,
    ...extra,
    lines,
    total_lines: totalLines,
    truncated: cut || missed || lines < totalLines,
    bytes_missed: missed ? outcome.bytesMissed : undefined,
  };
  return { lead: renderLead(outcome), facts, blocks: [{ name: "output", text: output, label: "remote" }] };
}

function renderLead({ sessionName, commandId, exitCode, endedBy, durationMs }: CommandOutcome): string {
  const ended = exitCode === undefined ? (endedBy === "command_ended" ? "ended" : "") : `exited ${exitCode}`;
  const parts = [commandId ?? (ended === "" ? sessionName : ""), ended];
  if (durationMs !== undefined) {
    parts.push(`${ended === "" ? "not ended after" : "in"} ${renderDuration(durationMs)}`);
  }
  return parts.filter((part) => part !== "").join(" ");
}

function cleaned(texts: Readonly<Record<string, string | undefined>>): Facts {
  const entries = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, cleanField(text)]],
  );
  return Object.fromEntries(entries);
}

function present(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
