/**
 * What a shell that carries our integration writes into its terminal: OSC 7712 `KIND;…`, one write each.
 * `counter` counts the commands ended under an `aid`: a command begins with the counter of the prompt before it
 * and ends with the next one. User and host have no control characters, `folder` may have any; undefined where the
 * host did not tell, as dash and busybox do for a folder with such a character.
 */
export type Mark =
  | { readonly kind: "loader-ready"; readonly program: string; readonly pid: number }
  | { readonly kind: "command-began"; readonly aid: string; readonly counter: number }
  | {
      readonly kind: "command-ended";
      readonly aid: string;
      readonly counter: number;
      readonly status: number;
    }
  | PromptMark
  | { readonly kind: "continuation"; readonly aid: string; readonly counter: number }
  | { readonly kind: "refused"; readonly aid: string; readonly reason: string };

/**
 * `marksBegin`: the next command will have a `command-began` mark if it runs at all. `lineLeft`: the shell refused
 * the command and left it on the line, to be mended.
 */
export type PromptMark = {
  readonly kind: "prompt";
  readonly aid: string;
  readonly counter: number;
  readonly marksBegin: boolean;
  readonly lineLeft: boolean;
  readonly user: string | undefined;
  readonly host: string | undefined;
  readonly folder: string | undefined;
};

/** The number of the OSC strings that are ours. */
export const markNumber = 7712;

const maxNameLength = 255;
const maxFolderLength = 4096;
const numbered = /^([CDPA]);([0-9a-f]{32});(0|[1-9][0-9]{0,8})(?:;(.*))?$/s;

/** Undefined for all that is not exactly one of our marks. `payload` is what follows `7712;`. */
export function parseMark(payload: string): Mark | undefined {
  const [, program, pid] = /^R;-?([A-Za-z0-9._+-]{1,64});([1-9][0-9]{0,9})$/.exec(payload) ?? [];
  if (program !== undefined) return { kind: "loader-ready", program, pid: Number(pid) };
  const [, refusedAid, reason] = /^X;([0-9a-f]{32});([ -~]{1,80})$/.exec(payload) ?? [];
  if (refusedAid !== undefined && reason !== undefined) return { kind: "refused", aid: refusedAid, reason };
  const [, letter, aid, digits, rest] = numbered.exec(payload) ?? [];
  if (aid === undefined || digits === undefined) return undefined;
  const counter = Number(digits);
  if (letter === "A") return rest === undefined ? undefined : parsePrompt(aid, counter, rest);
  if (letter === "D") {
    return /^[0-9]{1,5}$/.test(rest ?? "")
      ? { kind: "command-ended", aid, counter, status: Number(rest) }
      : undefined;
  }
  if (rest !== undefined) return undefined;
  return { kind: letter === "C" ? "command-began" : "continuation", aid, counter };
}

function parsePrompt(aid: string, counter: number, rest: string): PromptMark | undefined {
  const [whole, flags = "", user = "", host = "", folder = ""] =
    /^(c?l?);([^;]*);([^;]*);(.*)$/s.exec(rest) ?? [];
  if (whole === undefined || hasControl(rest)) return undefined;
  return {
    kind: "prompt",
    aid,
    counter,
    marksBegin: flags.includes("c"),
    lineLeft: flags.includes("l"),
    user: name(user),
    host: name(host),
    folder: decodeFolder(folder),
  };
}

function name(text: string): string | undefined {
  return text === "" || text.length > maxNameLength ? undefined : text;
}

/** A path as it is; or `%` and the hexadecimal digits of its bytes, with any more `%` among them. */
function decodeFolder(text: string): string | undefined {
  if (text.startsWith("/")) return text.length > maxFolderLength ? undefined : text;
  if (!/^%[%0-9a-f]+$/.test(text)) return undefined;
  const folder = Buffer.from(text.replaceAll("%", ""), "hex").toString("utf8");
  return folder.startsWith("/") && !folder.includes("\0") ? folder : undefined;
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
