/** As JSON for a pipe or a terminal: what would move its cursor or not be seen is escaped, which JSON reads back the same. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2).replace(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits);
  return `${text}\n`;
}

function escapeUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
