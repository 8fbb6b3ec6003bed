/** The commands of the blocks marked `sh`, without comments; what a here-document holds belongs to its command. */
export function readBlockCommands(readme: string): string[] {
  const blocks = Array.from(readme.matchAll(/^ *```sh\n(.*?)^ *```$/gms), ([, block]) => block ?? "");
  return blocks.flatMap((block) =>
    Array.from(block.matchAll(/^.*<<'END'\n[^]*?^ *END$|^.+$/gm), ([command]) => withoutComment(command)),
  );
}

function withoutComment(command: string): string {
  return command.includes("\n") ? command : command.replace(/ +# .*$/, "");
}

/** What stands in backquotes in running text and is more than a name: a program of ours with its arguments. */
export function readInlineCommands(readme: string): string[] {
  const text = readme.replace(/^ *```.*?^ *```$/gms, "");
  const spans = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, span]) => span ?? "");
  return spans.filter((span) => /^(?:mcp-ssh-interactive|scripts\/[\w/.-]+) ./.test(span));
}

/** The arguments of each call of this program in a command: no more than words between blanks. */
export function readCalls(command: string): string[][] {
  const calls = command.matchAll(/(?<![\w./-])mcp-ssh-interactive((?: +[\w./:,~…-]+)*)(?=[\s)|;>]|$)/g);
  return Array.from(calls, ([, words = ""]) => words.split(/ +/).filter((word) => word !== ""));
}
