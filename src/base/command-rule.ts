const sign = /^[A-Za-z0-9_./:@%+,=^~*?-]+$/;
const maxChars = 200;

/** The words of an entry of `policy.allow` or `policy.deny`. */
export function ruleWords(rule: string): string[] {
  return rule.trim().split(/ +/);
}

/** What is wrong with such an entry, as said of it: "is longer …"; or undefined. */
export function commandRuleFault(rule: string): string | undefined {
  const words = ruleWords(rule);
  if (rule.length > maxChars) return `is longer than ${maxChars} characters`;
  if (!words.every((word) => sign.test(word))) return "is more than plain words with blanks between them";
  if (/[*?]/.test(words[0] ?? "")) return "does not write out its first word, the command's name";
  return undefined;
}
