import { UserError } from "../base/user-error.ts";

const maxCommandBytes = 131_072;
const maxPlainLineBytes = 1_000;
/** fish draws the whole command again at each of its lines: 300 take 3 s, 1,000 half a minute. */
const maxFishLines = 300;

/**
 * The text as it will stand on the line: CRLF as LF, without the newline at its end, for which Enter is pressed.
 * Throws INVALID_ARGUMENT for what no shell's line editor takes as written.
 */
export function prepareCommand(command: string): string {
  const text = command.replaceAll("\r\n", "\n").replace(/\n+$/, "");
  const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.exec(text)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).padStart(4, "0");
    throw refused(
      `the command holds the control character U+${code.toUpperCase()}`,
      "Write it as an escape that the shell expands, for example $'\\x1b', or put it into a file.",
    );
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw refused("the command holds half of a surrogate pair", "Send the command as valid Unicode text.");
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > maxCommandBytes) {
    throw refused(
      `the command has ${bytes} bytes, more than ${maxCommandBytes}`,
      "Send it in parts, or put it into a file on the host.",
    );
  }
  return text;
}

/** What waits for the command: whether its line editor asks for bracketed paste, and whether it is fish. */
export type Editor = { readonly bracketedPaste: boolean; readonly isFish: boolean };

/** Throws INVALID_ARGUMENT where the line editor that waits now could not take the text as one command. */
export function assertTakenBy(text: string, editor: Editor): void {
  if (editor.isFish && text.includes("\t")) {
    throw refused(
      "the command holds a tab, which fish drops from what is typed",
      "Use spaces, or \\t where fish expands it.",
    );
  }
  const lines = text.split("\n").length;
  if (editor.isFish && lines > maxFishLines) {
    throw refused(
      `the command has ${lines} lines, too many for fish, which takes ${maxFishLines}`,
      "Send it in parts, or put it into a file on the host.",
    );
  }
  if (editor.bracketedPaste) return;
  if (text.includes("\n")) {
    throw refused(
      "this shell cannot take several lines as one command: each would run on its own",
      "Send the lines one by one, or join them with ; or &&.",
    );
  }
  if (text.includes("\t"))
    throw refused("this shell may take a tab as completion", "Use spaces instead of the tab.");
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPlainLineBytes) {
    throw refused(
      `the command has ${bytes} bytes; this shell is sure to take ${maxPlainLineBytes} at most`,
      "Send it in parts, or put it into a file on the host first.",
    );
  }
}

function refused(message: string, hint: string): UserError {
  return new UserError("INVALID_ARGUMENT", message, hint);
}
