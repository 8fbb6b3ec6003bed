import { secretMask } from "../base/word-mask.ts";
import type { Fault } from "./fault.ts";

const named =
  /(?:\b|_)(?:pass(?:word|phrase|wd|code)?|pwd|pw|secret|token|api[_ -]?key)\b[*_`"')]{0,3}\s*(?::=|[:=]|\bis\b)\s*[*_`"'(]{0,3}\s*[`"'(]{0,2}([^\s`"'|)]{4,})/iu;
const inAddress = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:([^\s/@]{3,})@/iu;
const pasted = /\b((?:gh[pousr]_|glpat-|xox[abprs]-|AKIA|sk-)[A-Za-z0-9_-]{12,})/u;
const noSecret =
  /^(?:[<${[(*•.?]|x{3,}|required|none|null|true|false|ask|see|same|stored|from|with|your|not|the|empty|disabled|prompted|unknown|env|authentication|login)/iu;

/** Lines that seem to hold a password, the value shown as •••; for each, the `secrets:` entry to use instead. */
export function findPasswordLines(text: string, file: string): Fault[] {
  return text.split("\n").flatMap((line, index) => {
    const short = line.slice(0, 2000);
    const match = [named, inAddress, pasted]
      .map((pattern) => pattern.exec(short))
      .find((found) => found !== null && !noSecret.test(found[1] ?? ""));
    const value = match?.[1];
    if (match === undefined || match === null || value === undefined) return [];
    const at = match.index + match[0].indexOf(value);
    return [
      {
        file,
        line: index + 1,
        column: at + 1,
        excerpt: `${short.slice(0, at)}${secretMask}`.replace(/\p{Cc}/gu, " ").slice(-200),
        message: "this line seems to hold a password, and the model reads it",
        expected: "no secrets in an info file",
        fix: `remove it and put \`secrets: {${suggestion(short)}}\` into the connection`,
      },
    ];
  });
}

function suggestion(line: string): string {
  if (/(?<![a-z])(?:sudo|su|root)(?![a-z])/i.test(line)) return "sudo: {ask: true, for: sudo}";
  if (/(?<![a-z])(?:mysql|mariadb|postgres(?:ql)?|psql|database|db|redis|mongo(?:db)?)(?![a-z])/i.test(line))
    return 'db: {command: "…"}';
  return 'login: {command: "…"}';
}
