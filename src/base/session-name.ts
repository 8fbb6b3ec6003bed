/** Letters, digits, `_` and `-`, 1 to 64: safe as a file name, in tmux targets and in a shell word. */
export function isSessionName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** Names are unique without regard to case, since file systems may not tell case apart. */
export function sessionKey(name: string): string {
  return name.toLowerCase();
}
