/**
 * A prompt that a shell of the session showed. `bracketed`: its line editor asks for bracketed paste (CSI ? 2004 h)
 * while it waits, so that the prompt is believed only with it, and one without it only without.
 */
export type LearnedPrompt = { readonly text: string; readonly bracketed: boolean };

/** A prompt line as it stands: `typed` is what is on it after the prompt, nothing at an idle one. */
export type PromptMatch = { readonly prompt: string; readonly typed: string };

const promptEnd = /[$#%>❯➜»λ]\s*$/u;
const zshWords =
  "always|array|bquote|braceparam|case|cmdand|cmdor|cmdsubst|cond|cursh|do|dquote|elif|elif-then|else|errbrace|for|foreach|function|heredocd?|if|math|mathsubst|pipe|quote|repeat|select|subsh|then|until|while";
const continuation = new RegExp(String.raw`^(?:>|(?:${zshWords})(?: (?:${zshWords}))*>|\?) ?$`);
const repl =
  /^(?:>>>|\.\.\.|In \[\d+\]:|irb.*>|\(gdb\)|  DB<+\d+>+|\(Pdb\)|\(lldb\)|[a-z][\w.:-]*[=(*'"-]?>|[a-z]\w*[-=!^(*'"$][#>]) ?$/i;

/** Whether a line that something waits behind looks like a shell's prompt. */
export function looksLikePrompt(line: string): boolean {
  return line.trim() !== "" && promptEnd.test(line) && !continuation.test(line) && !line.startsWith(">>>");
}

/** PS2 of sh, bash, ksh (`> `), zsh (`quote> `, `dquote cmdsubst> `) and tcsh (`? `). */
export function looksLikeContinuation(line: string): boolean {
  return continuation.test(line);
}

/** The prompts of interpreters and database clients: `>>> `, `mysql> `, `postgres=# `, `(gdb) `. */
export function looksLikeRepl(line: string): boolean {
  return repl.test(line);
}

/**
 * Whether `line` is the learned prompt, with or without text typed after it. The part that names the folder may have
 * changed: from behind `user@host`, or from the first `~` or `/`, to the characters that end the prompt.
 */
export function matchPrompt(learned: LearnedPrompt, line: string): PromptMatch | undefined {
  if (line.startsWith(learned.text)) return { prompt: learned.text, typed: line.slice(learned.text.length) };
  const { head, tail } = fixedParts(learned.text);
  if (tail.trim() === "" || head === learned.text || !line.startsWith(head)) return undefined;
  const end = line.indexOf(tail, head.length);
  if (end < 0) return undefined;
  return { prompt: line.slice(0, end + tail.length), typed: line.slice(end + tail.length) };
}

/** Whether `line` is the learned prompt and nothing else; one without a line editor may follow output on its line. */
export function isPrompt(learned: LearnedPrompt, line: string): boolean {
  if (matchPrompt(learned, line)?.typed === "") return true;
  return !learned.bracketed && line.endsWith(learned.text);
}

/** `user@host` of a prompt that shows it. */
export function accountOf(prompt: string): string | undefined {
  return /[\w.-]+@[\w.-]+/.exec(prompt)?.[0];
}

/** What stands right of the cursor, but for a prompt drawn at the right margin. */
export function withoutRightPrompt(after: string): string {
  return after.replace(/^ {2,}\S.*$/u, "").trimEnd();
}

function fixedParts(prompt: string): { head: string; tail: string } {
  const tail = /[^\p{L}\p{N}~/._-]*$/u.exec(prompt)?.[0] ?? "";
  const host = /^\S*?[\w.-]+@[\w.-]+/.exec(prompt)?.[0];
  const folder = prompt.search(/[~/]/);
  const head = host ?? (folder < 0 ? prompt : prompt.slice(0, folder));
  return { head, tail };
}
