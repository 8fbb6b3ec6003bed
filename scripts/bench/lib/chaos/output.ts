const markerPattern = /^\[… (\d+) lines?, \d+ bytes left out;/;

type Shown = { readonly output: string; readonly totalLines: number };

/** What is wrong with the whole output of a command that printed `expected`; undefined where all is right. */
export function faultInWhole({ output, totalLines }: Shown, expected: readonly string[]): string | undefined {
  const lines = linesOf(output);
  const at = lines.findIndex((line) => markerPattern.test(line));
  if (at === -1) {
    const fault = firstDifference(lines, expected);
    return fault ?? (totalLines === expected.length ? undefined : `total_lines ${totalLines}`);
  }
  const left = Number(markerPattern.exec(lines[at] ?? "")?.[1]);
  const [head, tail] = [lines.slice(0, at), lines.slice(at + 1)];
  if (head.length + left + tail.length !== expected.length)
    return `${head.length} + ${left} + ${tail.length} lines instead of ${expected.length}`;
  if (totalLines !== expected.length) return `total_lines ${totalLines} instead of ${expected.length}`;
  return firstDifference(
    [...head, ...tail],
    [...expected.slice(0, head.length), ...expected.slice(expected.length - tail.length)],
  );
}

/** What ssh itself writes into the terminal when it ends. */
const wordsOfSsh =
  /\r?(?:Connection to \S+ closed(?: by remote host)?\.|client_loop: [^\n]*|Timeout, server \S+ not responding\.|Read from remote host [^\n]*|Connection reset by [^\n]*)/g;

/** As `faultInWhole`, of a part: it may begin and end in the middle of a line. */
export function faultInPart(output: string, expected: readonly string[]): string | undefined {
  const lines = linesOf(output.replaceAll(wordsOfSsh, "")).filter((line) => !markerPattern.test(line));
  const whole = expected.join("\n");
  const wrong = lines.find((line) => !whole.includes(line));
  return wrong === undefined ? undefined : `a line that it never printed: ${JSON.stringify(wrong)}`;
}

/** The lines that a Ctrl+C let through, without what the terminal shows of it. */
export function withoutInterrupt(output: string): string {
  return output.replaceAll("^C", "").trimEnd();
}

function firstDifference(lines: readonly string[], expected: readonly string[]): string | undefined {
  if (lines.length !== expected.length)
    return `${lines.length} lines instead of ${expected.length}, the last ${JSON.stringify(lines.at(-1) ?? "")}`;
  const at = lines.findIndex((line, index) => line !== expected[index]);
  return at === -1
    ? undefined
    : `line ${at + 1} is ${JSON.stringify(lines[at])} instead of ${JSON.stringify(expected[at])}`;
}

function linesOf(output: string): string[] {
  const text = output.endsWith("\n") ? output.slice(0, -1) : output;
  return text === "" ? [] : text.split("\n").map((line) => line.trimEnd());
}
