/** The words in backquotes at the start of the rows of the table under a heading of README.md. */
export function readTable(readme: string, heading: string): string[] {
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => {
    const cell = row.split(" | ", 1).join("");
    return Array.from(cell.matchAll(/`([\w./-]+)[^`]*`/g), ([, word]) => word ?? "");
  });
}

/** The commands that `--help` lists: the first word of each line that is set in by two blanks. */
export function readHelp(help: string): string[] {
  return Array.from(help.matchAll(/^ {2}([a-z]+)\b/gm), ([, word]) => word ?? "");
}

export function differences(documented: readonly string[], real: readonly string[]): string[] {
  return [
    ...real.filter((name) => !documented.includes(name)).map((name) => `README.md lacks ${name}`),
    ...documented
      .filter((name) => !real.includes(name))
      .map((name) => `README.md names ${name}, which does not exist`),
  ];
}
