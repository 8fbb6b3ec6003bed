/** A part of a Markdown text under its heading, the parts below it included. */
export type Section = { readonly title: string; readonly body: string };

const maxSections = 30;
const maxTitleChars = 100;
const heading = /^(#{1,6})\s+(.+?)\s*#*\s*$/;
const codeFence = /^\s{0,3}(?:```|~~~)/;

/** The sections that have text of their own, in their order; a line within a code block is no heading. */
export function sectionsOf(markdown: string): readonly Section[] {
  const lines = markdown.split(/\r?\n/);
  const headings = findHeadings(lines);
  const sections = headings.flatMap(({ at, level, title }, index) => {
    const ownEnd = headings[index + 1]?.at ?? lines.length;
    if (lines.slice(at + 1, ownEnd).every((line) => line.trim() === "")) return [];
    const next = headings.find((other) => other.at > at && other.level <= level);
    const body = lines.slice(at + 1, next?.at ?? lines.length).join("\n");
    return [{ title: title.slice(0, maxTitleChars), body: body.trim() }];
  });
  return sections.slice(0, maxSections);
}

function findHeadings(lines: readonly string[]): { at: number; level: number; title: string }[] {
  let inCode = false;
  return lines.flatMap((line, at) => {
    if (codeFence.test(line)) inCode = !inCode;
    const [, marks, title] = inCode ? [] : (heading.exec(line) ?? []);
    return marks === undefined || title === undefined ? [] : [{ at, level: marks.length, title }];
  });
}
