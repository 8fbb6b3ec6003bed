/** Text with colours of the 16 that every terminal has, by their numbers. */
type Run = { text: string; readonly column: number; readonly style: Style };
type Style = {
  readonly foreground?: number | undefined;
  readonly background?: number | undefined;
  readonly bold: boolean;
};

const cell = { width: 8.4, height: 18 };
const margin = 14;
const paper = "#161b22";
const ink = "#d6dbe1";
const palette = ["#0b0e12", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d6dbe1"];
const plain: Style = { bold: false };

/** What `tmux capture-pane -e` gives, as an image that brings its own background: readable on any page. */
export function renderSvg(screen: string, cols: number): string {
  const lines = screen.split("\n");
  const width = cols * cell.width + 2 * margin;
  const height = lines.length * cell.height + 2 * margin;
  let style = plain;
  const drawn = lines.flatMap((line, row) => {
    const parsed = parseLine(line, style);
    style = parsed.style;
    const last = parsed.runs.at(-1);
    // The capture leaves out the blanks at the end of a line, whose background counts.
    if (last?.style.background !== undefined) last.text = last.text.padEnd(cols - last.column);
    return parsed.runs.map((run) => drawRun(run, row));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${height}" width="${round(width)}" height="${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${paper}"/>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function parseLine(line: string, before: Style): { runs: Run[]; style: Style } {
  const runs: Run[] = [];
  let style = before;
  let column = 0;
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    const [, codes] = /^\x1b\[([\d;]*)m$/.exec(part) ?? [];
    if (codes !== undefined) style = codes.split(";").map(Number).reduce(restyle, style);
    else if (part !== "") runs.push({ text: part, column, style });
    if (codes === undefined) column += [...part].length;
  }
  return { runs, style };
}

function restyle(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 39) return { ...style, foreground: undefined };
  if (code === 49) return { ...style, background: undefined };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  throw new Error(`the picture has no drawing of SGR ${code}`);
}

function drawRun({ text, column, style }: Run, row: number): string {
  const x = round(margin + column * cell.width);
  const y = margin + row * cell.height;
  const width = round([...text].length * cell.width);
  const colour = style.foreground === undefined ? ink : palette[style.foreground];
  const weight = style.bold ? ' font-weight="bold"' : "";
  const words = `<text x="${x}" y="${y + 13}" fill="${colour}"${weight} textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escape(text)}</text>`;
  const under =
    style.background === undefined
      ? ""
      : `<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" fill="${palette[style.background]}"/>\n`;
  return under + (text.trim() === "" ? "" : words);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
