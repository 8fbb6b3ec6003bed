/** The lines that go and those that come, with the number of the first; what stands around them is not shown. */
export type Difference = {
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
};

/** For texts that differ in one place. */
export function difference(before: string, after: string): Difference {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end++;
  return {
    line: start + 1,
    removed: old.slice(start, old.length - end),
    added: now.slice(start, now.length - end),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
