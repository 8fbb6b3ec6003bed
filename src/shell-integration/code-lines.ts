/** The lines of a script without indentation, empty lines and those that are comments. */
export function codeLines(script: string): string[] {
  return script
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
