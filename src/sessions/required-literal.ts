const minChars = 2;

/**
 * The longest text that every match of a pattern in RE2 syntax holds as it stands, so that lines without it need no
 * engine; undefined where none is sure.
 */
export function requiredLiteral(pattern: string): string | undefined {
  const runs: string[] = [];
  let run = "";
  const endRun = (kept: string) => {
    runs.push(kept);
    run = "";
  };
  for (let at = 0; at < pattern.length;) {
    const piece = pieceAt(pattern, at);
    at += piece.length;
    if (piece.kind === "unsure") return undefined;
    if (piece.kind === "literal") run += piece.text;
    else endRun(piece.kind === "optional" ? withoutLast(run) : run);
  }
  endRun(run);
  const longest = runs.reduce((best, each) => (each.length > best.length ? each : best), "");
  return longest.length < minChars ? undefined : longest;
}

/** `optional`: the piece before it may be missing or come more than once. */
type Piece = { readonly length: number } & (
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "optional" | "other" | "unsure" }
);

const unsure: Piece = { length: 1, kind: "unsure" };

function pieceAt(pattern: string, at: number): Piece {
  const character = pattern.charAt(at);
  switch (character) {
    case "\\":
      return escapeAt(pattern.charAt(at + 1));
    case "[":
      return { length: classLength(pattern, at), kind: "other" };
    case "(":
      return groupAt(pattern, at);
    case "|":
      return unsure;
    case "*":
    case "?":
      return { length: 1, kind: "optional" };
    case "{": {
      const repeat = /^\{\d+(?:,\d*)?\}/.exec(pattern.slice(at, at + 16))?.[0];
      return repeat === undefined
        ? { length: 1, kind: "literal", text: character }
        : { length: repeat.length, kind: "optional" };
    }
    case "+":
    case ".":
    case "^":
    case "$":
      return { length: 1, kind: "other" };
    default:
      return { length: 1, kind: "literal", text: character };
  }
}

function escapeAt(character: string): Piece {
  if (/^[dDwWsSbBAz]$/.test(character)) return { length: 2, kind: "other" };
  return /^[^A-Za-z0-9]$/.test(character) ? { length: 2, kind: "literal", text: character } : unsure;
}

function groupAt(pattern: string, start: number): Piece {
  let depth = 0;
  for (let at = start; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === "(" && pattern.charAt(at + 1) === "?" && pattern.charAt(at + 2) !== ":") return unsure;
    if (character === "\\" && pattern.charAt(at + 1) === "Q") return unsure;
    if (character === "(") depth++;
    if (character === ")" && --depth === 0) return { length: at + 1 - start, kind: "other" };
    at += character === "[" ? classLength(pattern, at) : character === "\\" ? 2 : 1;
  }
  return unsure;
}

/** A bracket that stands first closes nothing. */
function classLength(pattern: string, start: number): number {
  const body = /^\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]/su.exec(pattern.slice(start))?.[0];
  return body?.length ?? pattern.length - start;
}

function withoutLast(run: string): string {
  return Array.from(run).slice(0, -1).join("");
}
