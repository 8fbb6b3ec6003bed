import { showInvisible } from "./invisible.ts";

const maxFieldChars = 256;

/**
 * Multi-line text of a host made safe to show: no controls but LF and tab, no unpaired surrogates, nothing that a
 * reader would not see.
 */
export function cleanText(text: string): string {
  const visible = showInvisible(text.toWellFormed());
  return visible.replaceAll("\r\n", "\n").replace(unsafeCharacters, visibleControl);
}

/** A short text of a host: one line, cleaned, at most 256 characters. */
export function cleanField(text: string): string {
  const start = text.slice(0, maxFieldChars * 4);
  const line = cleanText(start).replace(/\s+/g, " ").trim();
  if (line.length <= maxFieldChars && start.length === text.length) return line;
  return `${line.slice(0, maxFieldChars - 1).replace(cutSurrogate, "")}…`;
}

/** `text.slice` that leaves no half of a surrogate pair at either edge. */
export function sliceWhole(text: string, start: number, end?: number): string {
  return text
    .slice(start, end)
    .replace(/^[\uDC00-\uDFFF]/, "")
    .replace(cutSurrogate, "");
}

const cutSurrogate = /[\uD800-\uDBFF]$/;
const unsafeCharacters = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]/g;

/** C0 and DEL become their pictures (ESC is ␛), so that a reader still sees that something was there. */
function visibleControl(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return code > 0x9f ? " " : "\uFFFD";
}
