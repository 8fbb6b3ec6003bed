const movingKey = /^(?:Space|[bjkgG]|Up|Down|Left|Right|PageUp|PageDown|PPage|NPage|Home|End)(?:\*\d{1,3})?$/;

/**
 * Whether text and keys only move a pager or leave it: Space, b, j, k, g, G, arrows, pages, Home, End, and as the last
 * of all q, since what comes after it would go to the shell.
 */
export function isPagerInput({
  text = "",
  keys = [],
}: {
  readonly text?: string;
  readonly keys?: readonly string[];
}): boolean {
  const pressed = [...Array.from(text, (each) => (each === " " ? "Space" : each)), ...keys.flatMap(keysOf)];
  const moves = pressed.at(-1) === "q" ? pressed.slice(0, -1) : pressed;
  return pressed.length > 0 && moves.every((each) => movingKey.test(each));
}

/** One string may hold several keys with blanks between; a blank alone is Space. */
function keysOf(keys: string): string[] {
  return keys === " " ? ["Space"] : keys.trim().split(/\s+/);
}
