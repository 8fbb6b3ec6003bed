import type { Awaiting } from "./outcome.ts";
import { looksLikeContinuation, looksLikeRepl } from "./prompt.ts";

const patterns: readonly { readonly kind: Awaiting["kind"]; readonly pattern: RegExp }[] = [
  { kind: "host_key", pattern: /continue connecting \(yes\/no(?:\/\[fingerprint\])?\)\?\s*$/i },
  { kind: "passphrase", pattern: /passphrase[^:]*:\s*$/i },
  { kind: "otp", pattern: /(?:verification code|one-time|otp|passcode|token)[^:]*:\s*$/i },
  { kind: "password", pattern: /(?:password|passwort|mot de passe|contraseña|pin)[^:]*:\s*$/i },
  { kind: "confirmation", pattern: /(?:\[[yn]\/[yn]\]|\(y(?:es)?\/no?\)|\(yes\/no\/\S+\)|\[yes\/no\])\s*[:?]?\s*$/i },
  { kind: "pager", pattern: /(?:--More--(?:\s*\(\d+%\))?|\(END\)|^lines \d+-\d+.*|^:)$/ },
];

const maxPromptChars = 256;

/** What the program that wrote `line` last, without ending it, waits for; undefined when that cannot be told. */
export function classifyAwaiting(line: string): Awaiting | undefined {
  const prompt = line.length > maxPromptChars ? `…${line.slice(-maxPromptChars)}` : line;
  const known = patterns.find(({ pattern }) => pattern.test(line));
  if (known !== undefined) return { kind: known.kind, prompt };
  if (looksLikeContinuation(line)) return { kind: "continuation", prompt };
  if (looksLikeRepl(line)) return { kind: "repl", prompt };
  return undefined;
}
