/** How what a line editor shows compares with what was typed. `tail`: only the end is in sight, as in one that scrolls sideways. */
export type EchoMatch = "whole" | "tail" | "none";

const tailChars = 40;

/**
 * Compares the input area with the text typed. Editors wrap, indent and show what they cannot print in ways of their
 * own, so blanks are compared as runs, and non-ASCII characters only where both sides have them alike.
 */
export function matchEcho(shown: string, typed: string): EchoMatch {
  const wanted = normalise(typed);
  const seen = normalise(shown);
  if (seen === wanted || seen.trimEnd() === wanted.trimEnd()) return "whole";
  if (asciiOnly(seen) === asciiOnly(wanted)) return "whole";
  const tail = asciiOnly(wanted).slice(-tailChars);
  return tail.length === tailChars && asciiOnly(seen).endsWith(tail) ? "tail" : "none";
}

function normalise(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** bash in the C locale shows bytes as \303, zsh unprintable code points as <200d>. */
function asciiOnly(text: string): string {
  return text
    .replace(/(?:\\[0-7]{3})+|<[0-9a-f]{2,8}>/g, "")
    .replace(/[^\x21-\x7e]+/g, "");
}
