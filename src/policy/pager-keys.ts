const key = /^(?:Space|[bqjkgG]|Up|Down|Left|Right|PageUp|PageDown|PPage|NPage|Home|End)(?:\*\d{1,3})?$/;

/** Whether text and keys only move a pager or leave it: Space, b, q, j, k, g, G, arrows, pages, Home, End. */
export function isPagerInput({
  text = "",
  keys = [],
}: {
  readonly text?: string;
  readonly keys?: readonly string[];
}): boolean {
  if (text === "" && keys.length === 0) return false;
  return /^[ bqjkgG]*$/.test(text) && keys.every(isPagerKey);
}

/** One string may hold several keys with blanks between; a blank alone is Space. */
function isPagerKey(keys: string): boolean {
  return (
    keys === " " ||
    keys
      .trim()
      .split(/\s+/)
      .every((word) => key.test(word))
  );
}
