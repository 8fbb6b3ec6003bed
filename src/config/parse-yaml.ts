import { Lexer, LineCounter, parseDocument } from "yaml";

import type { Place } from "./fault.ts";
import { buildYamlTree, YamlRefusal, type YamlComplaint, type YamlNode } from "./yaml-tree.ts";

const maxTokens = 120_000;
const maxBackslashes = 20_000;
const maxFlowDepth = 50;
const maxComplaints = 20;

/** What the lexer adds that is not in the text: begin of a document, end of brackets, begin of a value. */
const controlTokens: ReadonlySet<string> = new Set(["\x02", "\x18", "\x1f"]);

/** `root` is undefined for a file without content, or when there are `complaints`. */
export type ParsedYaml = {
  readonly root: YamlNode | undefined;
  readonly complaints: readonly YamlComplaint[];
  readonly warnings: readonly YamlComplaint[];
};

/** Reads one YAML document as PyYAML's safe_load does, in bounded time and memory whatever the text. */
export function parseYaml(text: string): ParsedYaml {
  const { excess, lastQuote } = scanTokens(text);
  if (excess !== undefined) return { root: undefined, complaints: [excess], warnings: [] };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    merge: false,
    strict: false,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    const complaints = document.errors.slice(0, maxComplaints).map(({ code, message, pos }) => {
      const isOpenQuote = code === "MISSING_CHAR" && message.startsWith("Missing closing");
      return syntaxComplaint(code, placeAt(lines, isOpenQuote ? lastQuote : skipBlanks(text, pos[0])));
    });
    return { root: undefined, complaints, warnings: [] };
  }
  if (document.contents === null) return { root: undefined, complaints: [], warnings: [] };
  try {
    const { root, warnings } = buildYamlTree(document.contents, lines);
    return { root: isBlank(root) ? undefined : root, complaints: [], warnings };
  } catch (error) {
    if (error instanceof YamlRefusal) return { root: undefined, complaints: [error.complaint], warnings: [] };
    throw error;
  }
}

function isBlank(root: YamlNode): boolean {
  return root.kind === "scalar" && root.value === null;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === " ") at++;
  return at;
}

/** Looks at the tokens alone, which is cheap, before anything is built from them. `lastQuote` is where the last quoted value begins. */
function scanTokens(text: string): { excess?: YamlComplaint; lastQuote: number } {
  const fix = "the configuration needs nothing of that size: make it smaller";
  if (text.split("\\", maxBackslashes + 1).length > maxBackslashes) {
    return {
      excess: { place: { line: 1, column: 1 }, message: "the file has too many backslashes", fix },
      lastQuote: 0,
    };
  }
  let tokens = 0;
  let depth = 0;
  let line = 1;
  let offset = 0;
  let lastQuote = 0;
  const refuse = (message: string) => ({ excess: { place: { line, column: 1 }, message, fix }, lastQuote });
  for (const token of new Lexer().lex(text)) {
    for (let at = token.indexOf("\n"); at >= 0; at = token.indexOf("\n", at + 1)) line++;
    if (++tokens > maxTokens) return refuse("the file has too many parts");
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > maxFlowDepth) return refuse(`brackets are nested deeper than ${maxFlowDepth} levels`);
    if (token.startsWith('"') || token.startsWith("'")) lastQuote = offset;
    if (!controlTokens.has(token)) offset += token.length;
  }
  return { lastQuote };
}

/** In our words: the package's own messages may quote a part of the file, which may be a secret. */
function syntaxComplaint(code: string, place: Place): YamlComplaint {
  const [what, fix] = syntaxWords[code] ?? [
    "the line cannot be understood",
    "mend the line, or put the value in quotes",
  ];
  return { place, message: `this is not YAML: ${what}`, fix };
}

const syntaxWords: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  TAB_AS_INDENT: ["a tab stands in the indentation", "indent with spaces, not tabs"],
  BAD_INDENT: [
    "the indentation does not fit, or a bracket above is not closed",
    "keys of one map begin in the same column, those below it two spaces further",
  ],
  BLOCK_AS_IMPLICIT_KEY: ["a second `: ` stands in the line", "put a value that contains `: ` in quotes"],
  BLOCK_IN_FLOW: [
    "a line of a map or list stands inside brackets",
    "close the bracket above, or write it all in brackets",
  ],
  MISSING_CHAR: ["a quote, bracket, colon or blank is missing", "look for it on this line or above"],
  MULTILINE_IMPLICIT_KEY: [
    "a name runs over several lines",
    "look for a missing colon, quote or bracket on this line or above",
  ],
  MULTIPLE_DOCS: ["a second document begins", "remove the `---` between the parts"],
  BAD_SCALAR_START: ["a value begins with a character that has a meaning in YAML", "put the value in quotes"],
  BAD_ALIAS: ["a * or & stands without a name", "put a value that begins with * or & in quotes"],
  BAD_DQ_ESCAPE: [
    "an unknown escape stands in double quotes",
    "write the backslash twice, or use 'single quotes'",
  ],
  BAD_DIRECTIVE: ["a line begins with %", "put the value in quotes, or remove the line"],
  KEY_OVER_1024_CHARS: ["a name is longer than 1024 characters", "look for a missing quote or bracket above"],
  RESOURCE_EXHAUSTION: ["it is nested too deep", "make the file flatter"],
};
