import { shellWord } from "../base/shell-word.ts";
import { judge, parseReading, type Judgement } from "./terminal-reading.ts";

/** A process that has the terminal in front, as the host says; `words` are its arguments with its name, of which there are more where `isCut`. */
export type FrontProgram = {
  readonly pid: number;
  readonly userId: number;
  readonly program: string;
  readonly words: readonly string[];
  readonly isCut: boolean;
};

/** `isAll`: no further process is in front than those that are told. */
export type FrontReading = Judgement & { readonly front: readonly FrontProgram[]; readonly isAll: boolean };

/** Its name and whose it is, then its words as a shell would take them; remote text. */
export function renderProgram({ program, userId, words, isCut }: FrontProgram): string {
  const line = words.map(shellWord).join(" ");
  return `${program} (user id ${userId}): ${line === "" ? "arguments not told" : line}${isCut ? " ... (cut)" : ""}`;
}

/** The script gives one byte more of the arguments than are shown. */
const maxArgumentBytes = 320;

/** Undefined for all that is not exactly what our script prints under `tag`; what comes before that is passed over. */
export function parseFront(text: string, tag: string): FrontReading | undefined {
  const lines = text.split("\n");
  const isArguments = (line: string) => line.startsWith(`${tag} a `);
  const reading = parseReading(lines.filter((line) => !isArguments(line)).join("\n"), tag);
  if (reading === undefined) return undefined;
  const told = lines.filter(isArguments).map((line) => line.slice(tag.length + 3));
  const names = new Map(reading.threads.map(({ pid, program }) => [pid, program]));
  const front = told.filter((line) => line !== "more").map((line) => parseProgram(line, names));
  const known = front.filter((program) => program !== undefined);
  if (known.length < front.length) return undefined;
  const pids = new Set(known.map(({ pid }) => pid));
  const isAll = !told.includes("more") && reading.threads.every(({ pid }) => pids.has(pid));
  return { ...judge(reading), front: known, isAll };
}

function parseProgram(line: string, names: ReadonlyMap<number, string>): FrontProgram | undefined {
  const [, id, user, hex] = /^([1-9]\d{0,9}) (\d{1,10}) x((?:[0-9a-f]{2}){0,321})$/.exec(line) ?? [];
  const program = names.get(Number(id));
  if (hex === undefined || program === undefined) return undefined;
  const bytes = Buffer.from(hex, "hex");
  const text = bytes.toString("utf8", 0, maxArgumentBytes).replace(/[\0\n]+$/, "");
  return {
    pid: Number(id),
    userId: Number(user),
    program,
    words: text === "" ? [] : text.split("\0"),
    isCut: bytes.length > maxArgumentBytes,
  };
}
