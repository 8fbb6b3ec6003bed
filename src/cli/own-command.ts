/** How this very program is started again: the compiled file, or Bun with the source when run from a checkout. */
export function ownCommand(): readonly string[] {
  return Bun.main.startsWith("/$bunfs/") ? [process.execPath] : [process.execPath, Bun.main];
}
