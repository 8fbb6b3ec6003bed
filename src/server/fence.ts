const tagCharacters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** `text` between two lines whose tag does not occur in it, so that it cannot imitate its own end. */
export function fence(label: "remote" | "info", text: string): string {
  const tag = tagAbsentFrom(text);
  return `<<${label} ${tag}\n${text}\n${tag}>>`;
}

function tagAbsentFrom(text: string): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(4));
    const tag = Array.from(bytes, (byte) => tagCharacters.charAt(byte % tagCharacters.length)).join("");
    if (!text.includes(tag)) return tag;
  }
}
