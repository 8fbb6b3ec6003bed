export const secretMask = "•••";

/** Shorter secrets are left alone: masking them would hide words that are no secret. */
export const maskedFromLength = 6;

/** The words of at least six characters, the longest first, under their first six; `starts` are those of these. */
type WordIndex = {
  readonly words: ReadonlyMap<string, readonly string[]>;
  readonly starts: Uint8Array;
};

const startPlaces = 16_384;

/**
 * Replaces each of the words in a text, also one that is broken by ends of lines (which stay), in one pass however many
 * words there are. Those under six characters are left alone.
 */
export function createWordMask(words: readonly string[]): (text: string) => string {
  const index = indexWords(words);
  return index === undefined ? (text) => text : (text) => maskWords(index, text);
}

function indexWords(words: readonly string[]): WordIndex | undefined {
  const index = new Map<string, string[]>();
  for (const word of [...new Set(words)].toSorted((left, right) => right.length - left.length)) {
    if (word.length < maskedFromLength) continue;
    const beginning = word.slice(0, maskedFromLength);
    const same = index.get(beginning);
    if (same === undefined) index.set(beginning, [word]);
    else same.push(word);
  }
  if (index.size === 0) return undefined;
  const starts = new Uint8Array(startPlaces);
  for (const beginning of index.keys()) starts[startPlace(beginning, 0)] = 1;
  return { words: index, starts };
}

/** Of three characters, so that hardly any of a text have the place of those that a word begins with. */
function startPlace(text: string, at: number): number {
  const place = (text.charCodeAt(at) << 7) ^ (text.charCodeAt(at + 1) << 4) ^ text.charCodeAt(at + 2);
  return place & (startPlaces - 1);
}

function maskWords(index: WordIndex, text: string): string {
  const joined = text.replace(/[\r\n]+/g, "");
  const found = findWords(index, joined);
  if (found.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  let joinedAt = 0;
  const advance = (target: number) => {
    for (; joinedAt < target || isLineEnd(text, at); at++) if (!isLineEnd(text, at)) joinedAt++;
  };
  for (const { start, end } of found) {
    advance(start);
    parts.push(text.slice(from, at), secretMask);
    from = at;
    advance(end - 1);
    joinedAt = end;
    parts.push(text.slice(from, ++at).replace(/[^\r\n]+/g, ""));
    from = at;
  }
  return parts.join("") + text.slice(from);
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === "\n" || text[at] === "\r";
}

type Place = { readonly start: number; readonly end: number };

/** At a place that is no word nothing is made: for each character of a text that would take many times its memory. */
function findWords(index: WordIndex, text: string): Place[] {
  const places: Place[] = [];
  for (let at = 0; at + maskedFromLength <= text.length; at++) {
    if (index.starts[startPlace(text, at)] === 0) continue;
    const word = wordAt(index, text, at);
    if (word === undefined) continue;
    places.push({ start: at, end: at + word.length });
    at += word.length - 1;
  }
  return places;
}

function wordAt({ words }: WordIndex, text: string, at: number): string | undefined {
  return words.get(text.slice(at, at + maskedFromLength))?.find((word) => text.startsWith(word, at));
}
