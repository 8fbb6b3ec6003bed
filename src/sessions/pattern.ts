import { RE2JS, RE2JSSyntaxException } from "re2js";

import { UserError } from "../base/user-error.ts";
import { LineAutomaton } from "./line-automaton.ts";
import { readProgram } from "./pattern-program.ts";
import { requiredLiteral } from "./required-literal.ts";

/** A client's regular expression; its time is linear in the text, whatever it is. */
export type Pattern = {
  readonly matches: (line: string) => boolean;
  /** Tries it on lines of bytes, several times as fast; missing where the engine alone can. */
  readonly automaton: LineAutomaton | undefined;
  /** A text that each matching line holds, in any case where `ignoreCase`. */
  readonly literal: string | undefined;
  /** It is that text and nothing else. */
  readonly isLiteral: boolean;
  readonly ignoreCase: boolean;
};

const maxPatternChars = 1_000;

/** Throws PATTERN_INVALID, saying where. */
export function compilePattern(source: string, { ignoreCase }: { ignoreCase: boolean }): Pattern {
  if (source === "") throw invalid("it is empty");
  if (source.length > maxPatternChars) {
    throw invalid(`it has ${source.length} characters, more than ${maxPatternChars}`);
  }
  try {
    const engine = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const literal = requiredLiteral(source);
    const isLiteral = !ignoreCase && literal === source.replace(/\\([^A-Za-z0-9])/g, "$1");
    const matches = isLiteral
      ? (line: string) => line.includes(literal)
      : (line: string) => engine.test(line);
    const program = readProgram(engine);
    const automaton = program && new LineAutomaton(program);
    return { matches, automaton, literal, isLiteral, ignoreCase };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw invalid(describeFault(source, error.message));
  }
}

/** The engine says `error parsing regexp: FAULT: `PIECE``. */
function describeFault(source: string, message: string): string {
  const [, fault = "it cannot be read", piece = ""] =
    /^error parsing regexp: (.*?)(?:: `(.*)`)?$/s.exec(message) ?? [];
  const at = piece === "" || piece === source ? -1 : source.indexOf(piece);
  if (at < 0) return fault;
  return `${fault}: ${JSON.stringify(piece)} at character ${at + 1}`;
}

function invalid(fault: string): UserError {
  return new UserError(
    "PATTERN_INVALID",
    `the pattern cannot be used: ${fault}`,
    "Write it in RE2 syntax (no look-around, no back-references), with a backslash before each of . * + ? ( ) [ ] { } | that is meant as such.",
  );
}
