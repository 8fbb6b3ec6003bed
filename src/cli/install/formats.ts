import { isDeepStrictEqual } from "node:util";

import { OtherStyle, type EntryPath, type Format } from "./format.ts";
import { jsonFormat } from "./json-format.ts";
import { isRecord, recordOf, type EntryFields } from "./server-entry.ts";
import { tomlFormat } from "./toml-format.ts";
import { yamlFormat } from "./yaml-format.ts";

export type FormatName = "json" | "toml" | "yaml";

export const formats: Readonly<Record<FormatName, Format>> = {
  json: jsonFormat,
  toml: tomlFormat,
  yaml: yamlFormat,
};

/** Undefined where there is no such entry. Throws BrokenText and OtherStyle. */
export function findEntry(format: Format, text: string, [map, name]: EntryPath): EntryFields | undefined {
  const whole = format.parse(text);
  if (!isRecord(whole)) throw new OtherStyle("it holds no map");
  const entries = whole[map] ?? {};
  if (!isRecord(entries)) throw new OtherStyle(`${map} is no map`);
  const entry = entries[name];
  if (entry !== undefined && !isRecord(entry)) throw new OtherStyle(`${map}.${name} is no map`);
  return entry;
}

/**
 * The text with our entry as given, or without it for undefined; the result is read again, and must hold the same
 * values otherwise. Throws BrokenText and OtherStyle.
 */
export function editEntry(
  format: Format,
  text: string,
  path: EntryPath,
  fields: EntryFields | undefined,
): string {
  if (isDeepStrictEqual(findEntry(format, text, path), fields)) return text;
  const [map, name] = path;
  const whole = recordOf(format.parse(text));
  const { [name]: _, ...others } = recordOf(whole[map]);
  const wanted = comparable(whole, map, fields === undefined ? others : { ...others, [name]: fields });
  const edited = attempt(() =>
    fields === undefined ? format.remove(text, path) : format.set(text, path, fields),
  );
  const result = recordOf(attempt(() => format.parse(edited)));
  if (!isDeepStrictEqual(comparable(result, map, result[map]), wanted))
    throw new OtherStyle(`${map} is written in a way that is not edited here`);
  return edited;
}

/** Whether the texts differ in our entry and in their layout alone. Throws BrokenText. */
export function hasSameOthers(format: Format, left: string, right: string, path: EntryPath): boolean {
  const [one, other] = [left, right].map((text) => withoutEntry(recordOf(format.parse(text)), path));
  return isDeepStrictEqual(one, other);
}

function withoutEntry(whole: EntryFields, [map, name]: EntryPath): EntryFields {
  const { [name]: _, ...others } = recordOf(whole[map]);
  return comparable(whole, map, others);
}

/** All values, and the map as given; one without entries counts as none. */
function comparable(whole: EntryFields, map: string, entries: unknown): EntryFields {
  const { [map]: _, ...others } = whole;
  return Object.keys(recordOf(entries)).length === 0 ? others : { ...others, [map]: entries };
}

/** What goes wrong in an edit is a matter of how the text is written: it was right before. */
function attempt<T>(edit: () => T): T {
  try {
    return edit();
  } catch (error) {
    throw error instanceof OtherStyle
      ? error
      : new OtherStyle("the result would not be valid", { cause: error });
  }
}
