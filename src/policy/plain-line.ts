/**
 * A word with its quotes taken off. Stars and question marks that the shell expands, and `$NAME`, stand in `text` as
 * they were written, and `fixed` is false.
 */
export type PlainWord = {
  readonly text: string;
  readonly fixed: boolean;
  readonly hasPattern: boolean;
  readonly hasVariable: boolean;
  /** Holds a variable outside quotes, which may become several words. */
  readonly splits: boolean;
  readonly quoted: boolean;
};

export type PlainCommand = readonly PlainWord[];

/** `why`: in our own words, what the line holds that is more than words. */
export type PlainLine =
  | { readonly kind: "plain"; readonly commands: readonly PlainCommand[] }
  | { readonly kind: "more"; readonly why: string };

const quotingShells: ReadonlySet<string> = new Set(["bash", "dash", "ash", "ksh93", "mksh"]);
const bareShells: ReadonlySet<string> = new Set(["zsh", "fish", "tcsh"]);

const maxChars = 8_192;

const blank = / +/y;
const separator = /&&|\|(?![|&])|;(?!;)|\n/y;
// Only after a blank: `a2>/dev/null` would be the word a2. In csh `2>&1` writes a file of the name 1.
const redirection = /2>(?:\/dev\/null|&1)(?=[ |;\n]|$)/y;
const bare = /[A-Za-z0-9_./:@%+,=*?-]+/y;
const home = /~(?=[/ |;&\n]|$)/y;
const single = /'[ "-&(-~]*'/y;
const variable = /\$[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_[(])/y;
const double = /"(?:[ #%-[\]^_a-~]|\$[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_[(]))*"/y;

/**
 * The simple commands of a line that is nothing but words, `|`, `&&`, `;`, ends of lines, `2>/dev/null` and `2>&1`: in
 * zsh, fish and tcsh unquoted words and no redirection, so that all shells take it for the same.
 */
export function readPlainLine(line: string, shell: string | undefined): PlainLine {
  if (!quotesAsBash(shell) && !bareShells.has(shell ?? "")) return more("the shell is not known");
  if (line.length > maxChars) return more(`it is longer than ${maxChars} characters`);
  if (/[^\n -~]/.test(line)) return more("a character that is not plain ASCII");
  return new LineReader(line, quotesAsBash(shell)).read();
}

/** Whether quotes, redirections and what else bash and its kin share can be read in it. */
export function quotesAsBash(shell: string | undefined): boolean {
  return quotingShells.has(shell ?? "");
}

function more(why: string): PlainLine {
  return { kind: "more", why };
}

class LineReader {
  readonly #line: string;
  readonly #quotes: boolean;
  readonly #commands: PlainWord[][] = [];
  #words: PlainWord[] = [];
  #at = 0;
  #afterWord = false;

  constructor(line: string, quotes: boolean) {
    this.#line = line;
    this.#quotes = quotes;
  }

  read(): PlainLine {
    let wanted = false;
    while (this.#at < this.#line.length) {
      if (this.#take(blank) !== undefined) this.#afterWord = false;
      else if (!this.#afterWord && this.#quotes && this.#take(redirection) !== undefined) {
        if (this.#words.length === 0) return more("a redirection without a command");
      } else {
        const mark = this.#take(separator);
        if (mark === undefined) {
          if (this.#afterWord || !this.#readWord()) return more(this.#nameOf());
          wanted = false;
          continue;
        }
        const isEmpty = this.#words.length === 0;
        if (isEmpty && (wanted || mark !== "\n")) return more("an operator without a command before it");
        this.#endCommand();
        wanted = mark === "|" || mark === "&&";
      }
    }
    if (wanted) return more("an operator without a command after it");
    this.#endCommand();
    return this.#commands.length === 0
      ? more("there is no command in it")
      : { kind: "plain", commands: this.#commands };
  }

  #endCommand(): void {
    if (this.#words.length > 0) this.#commands.push(this.#words);
    this.#words = [];
    this.#afterWord = false;
  }

  #readWord(): boolean {
    const start = this.#at;
    if (this.#line[start] === "=") return false;
    let text = "";
    let hasPattern = false;
    let hasVariable = false;
    let splits = false;
    let quoted = false;
    for (;;) {
      const plain = this.#take(bare) ?? (this.#at === start ? this.#take(home) : undefined);
      const piece = plain ?? (this.#quotes ? this.#takeQuoted() : undefined);
      if (piece === undefined) break;
      hasPattern ||= plain !== undefined && /[*?]/.test(plain);
      quoted ||= piece[0] === "'" || piece[0] === '"';
      hasVariable ||= piece[0] !== "'" && piece.includes("$");
      splits ||= piece[0] === "$";
      text += plain ?? piece.replace(/^(['"])(.*)\1$/s, "$2");
    }
    if (this.#at === start) return false;
    const fixed = !hasPattern && !hasVariable && this.#line[start] !== "~";
    this.#words.push({ text, fixed, hasPattern, hasVariable, splits, quoted });
    this.#afterWord = true;
    return true;
  }

  #takeQuoted(): string | undefined {
    return this.#take(single) ?? this.#take(double) ?? this.#take(variable);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #nameOf(): string {
    const sign = this.#line[this.#at];
    if (sign === undefined || sign === "\n") return "what is not whole";
    return this.#quotes ? `${sign} stands for more than a word` : `${sign} is not the same in all shells`;
  }
}
