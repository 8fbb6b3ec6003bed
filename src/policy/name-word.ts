/** A word of a command as one of our own lines may name it. */
export function nameWord(word: string): string {
  if (/^[\w./:=+,@%-]{1,40}$/.test(word)) return word;
  return /^[\w./:=+,@%-]/.test(word) ? "a long or unusual word" : "an unusual word";
}
