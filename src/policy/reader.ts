/**
 * What a command may be given so that it only reads, as GNU, util-linux and busybox know it. All else is refused: an
 * abbreviated long option too, since it depends on the version which one it means.
 */
export type Reader = {
  /** Letters of options without a value; they may be joined. */
  readonly flags?: string;
  /** Letters of options with one, joined to it or before it. */
  readonly values?: string;
  /** Letters of options with one only when joined to it. */
  readonly optional?: string;
  /** `name`, `name=` with a value, `name[=]` with one only when joined by `=`. */
  readonly long?: string;
  /** Whole words after one dash: `name`, or `name=` before a value. */
  readonly words?: string;
  /** Whether `-5` is a number of lines. */
  readonly numbers?: true;
  /** `files` may be patterns of the shell; `anything` says that no word can be an option that matters; default: none. */
  readonly operands?: "files" | "words" | "anything" | RegExp;
  readonly most?: number;
  /** Options after an operand would be operands where options come first. */
  readonly optionsFirst?: true;
  /** One of these options has to be there. */
  readonly needs?: readonly string[];
  /** Looks names up and opens no file: devices may be named. */
  readonly opensNothing?: true;
  readonly verbs?: Readonly<Record<string, Reader>>;
};
