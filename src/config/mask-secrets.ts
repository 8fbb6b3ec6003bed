export const secretMask = "•••";

/** Shorter secrets are left alone: masking them would hide words that are no secret. */
export const maskedFromLength = 6;

/** Replaces each given secret in a text, the longest first, in one pass however many secrets there are. */
export function createSecretMask(secrets: readonly string[]): (text: string) => string {
  const byBeginning = new Map<string, string[]>();
  for (const secret of [...new Set(secrets)].toSorted((left, right) => right.length - left.length)) {
    if (secret.length < maskedFromLength) continue;
    const beginning = secret.slice(0, maskedFromLength);
    const same = byBeginning.get(beginning);
    if (same === undefined) byBeginning.set(beginning, [secret]);
    else same.push(secret);
  }
  return (text) => (byBeginning.size === 0 ? text : maskWith(byBeginning, text));
}

function maskWith(byBeginning: ReadonlyMap<string, readonly string[]>, text: string): string {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at + maskedFromLength <= text.length) {
    const candidates = byBeginning.get(text.slice(at, at + maskedFromLength));
    const secret = candidates?.find((candidate) => text.startsWith(candidate, at));
    if (secret === undefined) {
      at++;
      continue;
    }
    parts.push(text.slice(from, at), secretMask);
    at += secret.length;
    from = at;
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(from);
}
