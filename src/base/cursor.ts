/** A place in a session's output: `incarnation` names one open of the session, `offset` counts bytes of its log. */
export type Cursor = { readonly incarnation: string; readonly offset: number };

export function renderCursor({ incarnation, offset }: Cursor): string {
  return `${incarnation}.${offset.toString(36)}`;
}

/** Undefined when `text` is not a cursor of ours. */
export function parseCursor(text: string): Cursor | undefined {
  const match = /^([0-9a-z]{1,6})\.([0-9a-z]{1,9})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { incarnation: match[1], offset: Number.parseInt(match[2], 36) };
}
