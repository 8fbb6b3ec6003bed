/** What we note at a session in tmux; values are printable ASCII without `#`. */
export type Tags = Readonly<Record<string, string>>;

/** The user option that holds a session's tags. */
export const tagsOption = "@mcp_tags";

/** Throws when a tag has what tmux might expand or the listing could not carry. */
export function renderTags(tags: Tags): string {
  const text = JSON.stringify(tags);
  if (!/^[\x20-\x7e]*$/.test(text) || text.includes("#")) {
    throw new Error(`tags must be printable ASCII without #: ${text}`);
  }
  return text;
}

/** No tags where the text is none of ours. */
export function parseTags(text: string): Tags {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}
