/**
 * One word for a shell's command line. ssh gives ProxyCommand to $SHELL, whichever that is: this means the same in sh,
 * bash, zsh, fish (which reads backslashes between single quotes) and tcsh (which reads `!` there).
 */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/.test(word)) return word;
  return (
    word.replace(/[^'\\!]+|['\\!]/g, (part) => (/^['\\!]$/.test(part) ? `\\${part}` : `'${part}'`)) || "''"
  );
}

/** `%` doubled, for those of ssh's options in which it begins a token. */
export function escapePercent(text: string): string {
  return text.replaceAll("%", "%%");
}
