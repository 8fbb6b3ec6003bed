/** The words in backquotes at the start of the rows of the table under a heading of README.md. */
export function readTable(readme: string, heading: string): string[] {
  const rows = readSection(readme, heading)
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => {
    const cell = row.split(" | ", 1).join("");
    return Array.from(cell.matchAll(/`([\w./-]+)[^`]*`/g), ([, word]) => word ?? "");
  });
}

/** Of the table of symptoms: the error codes in its first column, the checks in its second. */
export function readTroubles(readme: string): { codes: string[]; checks: string[] } {
  const rows = readSection(readme, "Troubleshooting")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(" | "));
  const words = (column: number, pattern: RegExp) =>
    rows.flatMap((row) => Array.from((row[column] ?? "").matchAll(pattern), ([, word]) => word ?? ""));
  return { codes: words(0, /`([A-Z_]+)`/g), checks: words(1, /`([a-z_-]+)`/g) };
}

function readSection(readme: string, heading: string): string {
  return readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

/** The commands that `--help` lists: the first word of each line that is set in by two blanks. */
export function readHelp(help: string): string[] {
  return Array.from(help.matchAll(/^ {2}([a-z][a-z-]*)\b/gm), ([, word]) => word ?? "");
}

export function differences(documented: readonly string[], real: readonly string[]): string[] {
  return [
    ...real.filter((name) => !documented.includes(name)).map((name) => `README.md lacks ${name}`),
    ...documented
      .filter((name) => !real.includes(name))
      .map((name) => `README.md names ${name}, which does not exist`),
  ];
}
