import { secretMask } from "../base/word-mask.ts";

/**
 * Something wrong at one place of the configuration. `line` and `column` are 1-based; `excerpt` is that line with secrets and unknown
 * values as •••. `file` is set where the place is not in config.yml.
 */
export type Fault = {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly message: string;
  readonly expected: string;
  readonly fix: string;
  readonly connection?: string;
  readonly file?: string;
  /** What is wrong is that this file is open to others. */
  readonly openFile?: string;
};

/** A place in the text, 1-based. */
export type Place = { readonly line: number; readonly column: number };

const shownKeys = new Set(
  (
    "connections settings host user port key_path description info_file use_agent proxy_jump ssh_options host_key " +
    "shell_integration policy mode allow deny approval tags wait_seconds max_wait_seconds results log_max_mb " +
    "log_retention_days max_sessions transfer_dirs allow_vulnerable_tmux"
  ).split(" "),
);

/** A line fit to be shown to anyone: a value stays only after a key that never holds a secret. */
export function excerptOf(line: string, mask: (text: string) => string): string {
  const text = mask(line.slice(0, 2000).replace(/\p{Cc}/gu, " "))
    .slice(0, 200)
    .trimEnd();
  const keyed = /^(\s*(?:-\s+)?)(["']?)([^\s"':{[]+)\2(\s*:\s*|\s+)(\S.*)?$/u.exec(text);
  if (keyed === null) return /^\s*(?:[\w.-]+:?\s*)?$/.test(text) ? text : text.replace(/\S.*/u, secretMask);
  const [, indent = "", quote = "", key = "", separator = "", value = ""] = keyed;
  if (value === "" || value.startsWith("#"))
    return `${indent}${quote}${key}${quote}${separator}${value}`.trimEnd();
  const shown = shownKeys.has(key) && !/pass|secret|token|:[^@]*@/iu.test(value);
  const name = separator.includes(":") || shownKeys.has(key) ? `${quote}${key}${quote}${separator}` : "";
  return `${indent}${name}${shown ? value : secretMask}`;
}
