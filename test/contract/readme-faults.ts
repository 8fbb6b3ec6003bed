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

/** The rows of the table of threats that say too little: four cells, the first three not empty, a test file in the third. */
export function thinThreats(readme: string): string[] {
  const section = readSection(readme, "Security model").split("### Threats\n")[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  const cells = rows.slice(2).map((row) =>
    row
      .slice(2, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
  const thin = cells.filter(
    ([threat, stop, tests = "", left, ...more]) =>
      !threat || !stop || left === undefined || more.length > 0 || !/`test\/[\w./-]+\.test\.ts`/.test(tests),
  );
  return rows.length < 3 ? ["there is no table of threats"] : thin.map(([threat = ""]) => threat);
}

function readSection(readme: string, heading: string): string {
  return readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

export function differences(documented: readonly string[], real: readonly string[]): string[] {
  return [
    ...real.filter((name) => !documented.includes(name)).map((name) => `README.md lacks ${name}`),
    ...documented
      .filter((name) => !real.includes(name))
      .map((name) => `README.md names ${name}, which does not exist`),
  ];
}
