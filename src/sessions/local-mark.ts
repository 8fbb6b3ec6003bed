/** The private OSC of this machine: `end;NUMBER;STATUS`, `gap;NUMBER;BYTES`, `hide;NUMBER` and `show;NUMBER`. */
export const localMarkOsc = 7711;

export type LocalMark = {
  readonly word: "end" | "gap" | "hide" | "show";
  /** Of the session's epoch: only marks that carry its own are ours. */
  readonly number: string;
  readonly value: number | undefined;
};

/** Undefined for what is no such mark. */
export function parseLocalMark(payload: string): LocalMark | undefined {
  const [, text, number, value] = /^(\w+);([0-9a-f]+)(?:;(\d{1,16}))?$/.exec(payload) ?? [];
  const word = (["end", "gap", "hide", "show"] as const).find((each) => each === text);
  if (word === undefined || number === undefined) return undefined;
  return { word, number, value: value === undefined ? undefined : Number(value) };
}
