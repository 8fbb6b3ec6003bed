/**
 * The prompt that a session showed when it opened. `bracketed`: its line editor asks for bracketed paste
 * (CSI ? 2004 h) while it waits, so that no prompt is believed without it.
 */
export type LearnedPrompt = { readonly text: string; readonly bracketed: boolean };

/** A prompt line as it stands: `typed` is what is on it after the prompt, nothing at an idle one. */
export type PromptMatch = { readonly prompt: string; readonly typed: string };

const promptEnd = /[$#%>❯➜»λ]\s*$/u;
const continuation = /^(?:>|[a-z]+(?: [a-z]+)*>|\?) ?$/;
const repl = /^(?:>>>|\.\.\.|In \[\d+\]:|irb.*>|\(gdb\)|\(Pdb\)|[a-z]+(?:[=(*'"-]*)?[>#]) ?$/i;

/** Whether a line that something waits behind looks like a shell's prompt. */
export function looksLikePrompt(line: string): boolean {
  return line.trim() !== "" && promptEnd.test(line) && !continuation.test(line) && !/^>>>/.test(line);
}

/** PS2 of sh, bash, ksh (`> `), zsh (`quote> `, `dquote cmdsubst> `) and tcsh (`? `). */
export function looksLikeContinuation(line: string): boolean {
  return continuation.test(line);
}

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

function fixedParts(prompt: string): { head: string; tail: string } {
  const tail = /[^\p{L}\p{N}~/._-]*$/u.exec(prompt)?.[0] ?? "";
  const host = /^\S*?[\w.-]+@[\w.-]+/.exec(prompt)?.[0];
  const folder = prompt.search(/[~/]/);
  const head = host ?? (folder < 0 ? prompt : prompt.slice(0, folder));
  return { head, tail };
}
