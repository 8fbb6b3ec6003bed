import type { Awaiting } from "./outcome.ts";
import { looksLikeContinuation, looksLikeRepl } from "./prompt.ts";

const patterns: readonly { readonly kind: Awaiting["kind"]; readonly pattern: RegExp }[] = [
  {
    kind: "host_key",
    pattern:
      /(?:continue connecting \(yes\/no(?:\/\[fingerprint\])?\)\?|please type 'yes'(?: or|, ) ?'no'(?: or the fingerprint)?:)\s*$/i,
  },
  { kind: "passphrase", pattern: /passphrase[^:]*:\s*$/i },
  {
    kind: "otp",
    pattern: /(?:verification code|one-time|\d-digit code|\botp\b|passcode|\btoken\b)[^:]*:\s*$/i,
  },
  { kind: "password", pattern: /(?:password|passwort|mot de passe|contraseña|\bpin\b)[^:]*:\s*$/i },
  {
    kind: "confirmation",
    pattern:
      /(?:\[[yn]\/[yn]\]|\(y(?:es)?\/no?\)|\(yes\/no\/\S+\)|\[yes\/no\]|\([yn]\)|\(y(?:\/[a-z])+\)(?: \[.{1,20}\])?|\[y(?:,[a-z?])+\]|\[y\]es, \[n\]o.*)\s*[:?]?\s*$/i,
  },
  {
    kind: "pager",
    pattern: /(?:--More--(?:\s*\(\d+%\))?|\(END\)|^lines \d+-\d+.*|^:|--Type <RET> for more.*--)$/,
  },
];

const maxPromptChars = 256;

/**
 * What the program that wrote `line` last, without ending it, waits for; undefined when that cannot be told.
 * `atShell`: what waits there is or may be a shell, so that `> ` is its PS2 and no interpreter's prompt.
 */
export function classifyAwaiting(
  line: string,
  { atShell }: { readonly atShell: boolean },
): Awaiting | undefined {
  const prompt = shortened(line);
  const known = patterns.find(({ pattern }) => pattern.test(line));
  if (known !== undefined) return { kind: known.kind, prompt };
  if (looksLikeContinuation(line)) return { kind: atShell ? "continuation" : "repl", prompt };
  if (looksLikeRepl(line)) return { kind: "repl", prompt };
  return undefined;
}

/** A question in words of its own, to be believed late: a program that is busy may have written a `:` as well. */
export function classifyQuestion(line: string): Awaiting | undefined {
  return /[:?]\s*$/.test(line) ? { kind: "text", prompt: shortened(line) } : undefined;
}

export function continuationAt(line: string): Awaiting {
  return { kind: "continuation", prompt: shortened(line) };
}

function shortened(line: string): string {
  return line.length > maxPromptChars ? `…${line.slice(-maxPromptChars)}` : line;
}
