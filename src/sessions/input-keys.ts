import { nearestName } from "../base/nearest-name.ts";
import { UserError } from "../base/user-error.ts";

/** A piece of input: text as it stands, without control characters, or keys as tmux names them. */
export type InputStep =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "key"; readonly key: string };

/** `enters`: how often Enter is pressed; `endsInEnter`: with it at last. `prints`: holds characters beside keys. */
export type Input = {
  readonly steps: readonly InputStep[];
  readonly enters: number;
  readonly endsInEnter: boolean;
  readonly prints: boolean;
};

const maxTextChars = 65_536;
const maxKeys = 1_000;

const namedKeys: Readonly<Record<string, string>> = {
  Enter: "Enter",
  Return: "Enter",
  Tab: "Tab",
  BTab: "BTab",
  Escape: "Escape",
  Esc: "Escape",
  Space: "Space",
  Backspace: "BSpace",
  BSpace: "BSpace",
  Delete: "DC",
  DC: "DC",
  Insert: "IC",
  IC: "IC",
  Home: "Home",
  End: "End",
  Up: "Up",
  Down: "Down",
  Left: "Left",
  Right: "Right",
  PageUp: "PPage",
  PPage: "PPage",
  PageDown: "NPage",
  NPage: "NPage",
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`F${index + 1}`, `F${index + 1}`])),
};

const enterKeys: ReadonlySet<string> = new Set(["Enter", "C-m", "C-j"]);
const keyGrammar =
  "Keys are Enter Tab Escape Space Backspace Up PageDown Home F1 C-c M-x C-Left, Down*5 for five, or one printable character; words belong into text.";

/** Text first, then the keys. Throws INVALID_ARGUMENT for what no terminal sends, naming the nearest key. */
export function parseInput(text: string, keys: readonly string[]): Input {
  const steps = merge([...parseText(text), ...keys.flatMap(parseKeys)]);
  if (steps.length === 0) throw invalid("there is neither text nor a key to send", keyGrammar);
  if (steps.length > maxKeys) {
    throw invalid(`the input has more than ${maxKeys} keys; nothing was typed`, "Send it in parts.");
  }
  const enters = steps.filter(isEnter).length;
  const last = steps.at(-1);
  const prints = steps.some((step) => step.kind === "text" || step.key === "Space");
  return { steps, enters, endsInEnter: last !== undefined && isEnter(last), prints };
}

function isEnter(step: InputStep): boolean {
  return step.kind === "key" && enterKeys.has(step.key);
}

function parseText(text: string): InputStep[] {
  if (text.length > maxTextChars) {
    throw invalid(`text has ${text.length} characters, more than ${maxTextChars}`, "Send it in parts.");
  }
  if (/[\u0080-\u009f]/.test(text) || !text.isWellFormed()) {
    throw invalid(
      "text holds a C1 control character or half of a surrogate pair; nothing was typed",
      "Send valid Unicode text; ASCII control characters are taken as their keys.",
    );
  }
  const parts = text.match(/\r\n|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g) ?? [];
  return parts.map((part) => {
    const key = controlKey(part);
    return key === undefined ? { kind: "text", text: part } : { kind: "key", key };
  });
}

function controlKey(part: string): string | undefined {
  const code = part.charCodeAt(0);
  switch (code) {
    case 0x00:
      return "C-Space";
    case 0x09:
      return "Tab";
    case 0x0a:
    case 0x0d:
      return "Enter";
    case 0x1b:
      return "Escape";
    case 0x7f:
      return "BSpace";
    default:
      return code < 0x20 ? `C-${String.fromCharCode(code + 0x40).toLowerCase()}` : undefined;
  }
}

/** Keys with blanks between them; a blank alone is Space. */
function parseKeys(keys: string): InputStep[] {
  if (keys === " ") return [{ kind: "key", key: "Space" }];
  return keys.split(/\s+/).flatMap((word) => (word === "" ? [] : parseRepeated(word)));
}

function parseRepeated(word: string): InputStep[] {
  const [, name, times] = /^(.+)\*(\d{1,3})$/su.exec(word) ?? [];
  if (name === undefined) return [parseKey(word)];
  const count = Number(times);
  if (count < 1) throw unknownKey(word);
  return Array.from({ length: count }, () => parseKey(name));
}

function parseKey(word: string): InputStep {
  if (/^[^\p{C}\s]$/u.test(word)) return { kind: "text", text: word };
  const [, modifiers = "", base = ""] = /^((?:[CMS]-)*)(.+)$/su.exec(word) ?? [];
  const named = Object.hasOwn(namedKeys, base) ? namedKeys[base] : undefined;
  if (named !== undefined) return { kind: "key", key: modifiers + named };
  const isControl = /^(?:M-)?C-(?:M-)?$/.test(modifiers) && /^[A-Za-z@[\]\\^_?]$/.test(base);
  if (isControl) return { kind: "key", key: modifiers + base.toLowerCase() };
  if (modifiers === "M-" && /^[A-Za-z0-9\\@^_[\]/?.,-]$/.test(base)) {
    return { kind: "key", key: modifiers + base };
  }
  throw unknownKey(word);
}

function unknownKey(word: string): UserError {
  const shown = JSON.stringify(word.length <= 40 ? word : `${word.slice(0, 39)}…`);
  const nearest = nearestKey(word);
  const hint = nearest === undefined ? keyGrammar : `Did you mean ${nearest}? ${keyGrammar}`;
  return invalid(`there is no key ${shown}; nothing was typed`, hint);
}

function nearestKey(word: string): string | undefined {
  const control = /^(?:\^|ctrl[-+]|control[-+]|c-|c\+)([a-z@[\]\\^_?])$/i.exec(word)?.[1];
  if (control !== undefined) return `C-${control.toLowerCase()}`;
  const [, modifiers = "", base = ""] = /^((?:[CMS]-)*)(.*)$/su.exec(word.slice(0, 64)) ?? [];
  const nearest = nearestName(base, Object.keys(namedKeys));
  return nearest === undefined ? undefined : modifiers + nearest;
}

/** Characters that follow one another go as one text. */
function merge(steps: readonly InputStep[]): InputStep[] {
  const merged: InputStep[] = [];
  for (const step of steps) {
    const last = merged.at(-1);
    if (step.kind === "text" && last?.kind === "text") {
      merged[merged.length - 1] = { kind: "text", text: last.text + step.text };
    } else merged.push(step);
  }
  return merged;
}

function invalid(message: string, hint: string): UserError {
  return new UserError("INVALID_ARGUMENT", message, hint);
}
