// Unicode 17: Default_Ignorable_Code_Point and Cf; UTS 51 for what an emoji is joined of. Read 2026-11-28.

/**
 * What a reader would not see, or would see in another order than it stands, as `\u{…}`: bidi controls, zero-width
 * characters, fillers, variation selectors, tags. It stays where writing needs it: a joiner between letters of a
 * script that joins, or between emoji; a selector behind an emoji; the tags of a flag.
 */
export function showInvisible(text: string): string {
  if (!invisible.test(text)) return text;
  return text.replace(keptOrInvisible, (match, found: string | undefined) =>
    found === undefined ? match : `\\u{${found.codePointAt(0)?.toString(16)}}`,
  );
}

/** The signs of Arabic and Kaithi that stand before a number are Cf, and seen. */
const invisible =
  /[[\p{Default_Ignorable_Code_Point}\p{Cf}]--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]/v;
const joining = String.raw`[[\p{L}\p{M}]--[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hani}\p{Default_Ignorable_Code_Point}]]`;
const kept = [
  String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}`,
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  String.raw`(?<=[#*0-9])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=${joining})[\u200c\u200d](?=${joining})`,
];
const keptOrInvisible = new RegExp(`${kept.join("|")}|(${invisible.source})`, "gv");
