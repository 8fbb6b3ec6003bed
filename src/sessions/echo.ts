/** How what a line editor shows compares with what was typed. `tail`: its end alone was seen. */
export type EchoMatch = "whole" | "tail" | "none";

const tailChars = 40;
const minAsciiChars = 12;
const sequences = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]/g;

/**
 * Compares the input area with the text typed. Editors wrap, indent and show what they cannot print in ways of their
 * own, so blanks are compared as runs, and non-ASCII characters only where both sides have them alike.
 */
export function matchEcho(shown: string, typed: string): EchoMatch {
  const wanted = normalise(typed);
  const seen = normalise(shown);
  if (seen === wanted) return "whole";
  // A tab that an editor dropped shows in the blanks alone.
  if (typed.includes("\t"))
    return normalise(asciiWords(seen)) === normalise(asciiWords(wanted)) ? "whole" : "none";
  if (comparable(seen, typed) === comparable(wanted, typed)) return "whole";
  const tail = asciiOnly(wanted).slice(-tailChars);
  return tail.length === tailChars && asciiOnly(seen).endsWith(tail) ? "tail" : "none";
}

/**
 * Whether the editor has written the end of the text, wherever that stands on the screen: the cursor of bash and fish
 * goes astray in text taller than the screen, and fish's among characters of whose width it has its own idea.
 */
export function matchDrawn(stream: string, typed: string): EchoMatch {
  const drawn = stream.replace(sequences, "");
  const ascii = asciiOnly(typed).slice(-tailChars);
  if (ascii.length >= minAsciiChars) return asciiOnly(drawn).includes(ascii) ? "tail" : "none";
  return printable(drawn).includes(printable(typed).slice(-tailChars)) ? "tail" : "none";
}

function normalise(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function printable(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, "");
}

/** busybox shows a question mark for what it cannot print. */
function comparable(text: string, typed: string): string {
  const ascii = asciiOnly(text);
  return /[^\0-\x7f]/.test(typed) ? ascii.replaceAll("?", "") : ascii;
}

function asciiOnly(text: string): string {
  return asciiWords(text).replace(/\s+/g, "");
}

/** bash in the C locale shows bytes as \303, mksh as \xC3; tcsh shows unprintable code points as \U+1F600, zsh as <200d>. */
function asciiWords(text: string): string {
  return text
    .replace(/(?:\\[0-7]{3}|\\x[0-9A-F]{2}|\\U\+[0-9A-F]{4,5})+|<[0-9a-f]{2,8}>/g, "")
    .replace(/[^\x21-\x7e\s]+/g, "");
}
