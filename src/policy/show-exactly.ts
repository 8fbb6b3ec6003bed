/**
 * Text as a human must see it before it runs: line by line behind `| `, all that is not printable ASCII as `\u{…}`, a
 * backslash doubled, runs of blanks counted, and how long it is.
 */
export function showExactly(text: string): string {
  const lines = text.split("\n").map((line) => `| ${showLine(line)}`);
  const bytes = Buffer.byteLength(text);
  const count = lines.length === 1 ? `${bytes} bytes` : `${lines.length} lines, ${bytes} bytes`;
  return [...lines, `(${count})`].join("\n");
}

/** One line of it, or of a host's words, in printable ASCII. */
export function showLine(line: string): string {
  return line
    .replaceAll("\\", "\\\\")
    .replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(/ {2,}/g, (blanks) => ` \\{${blanks.length} blanks} `);
}
