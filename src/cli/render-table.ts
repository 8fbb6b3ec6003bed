import { printable } from "./printable.ts";

/** A heading and one line for each record, with the named fields as columns. */
export function renderTable(records: readonly unknown[], names: readonly string[]): string[] {
  const rows = [names.map((name) => name.toUpperCase()), ...records.map((record) => cells(record, names))];
  const widths = names.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function cells(record: unknown, names: readonly string[]): string[] {
  const fields = new Map(Object.entries(Object(record)));
  return names.map((name) => printable(String(fields.get(name) ?? "")));
}
