/** Text of a file, a host or the command line may not move the cursor of the terminal that shows it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD");
}

/** As printable, for a line that was laid out by our own terminal: its tabs and joined characters stay. */
export function printableLine(line: string): string {
  return line.replace(/[^\P{Cc}\t]|(?!\u200c|\u200d)\p{Cf}/gu, "\uFFFD");
}
