import { shellWord } from "../../base/shell-word.ts";
import { exitCodes, type RunCommand } from "../command.ts";
import { ownCommand } from "../own-command.ts";
import { UsageError } from "../usage-error.ts";
import { namesOf } from "./names.ts";
import { renderBash, renderFish, renderZsh, type CommandTable } from "./render-script.ts";

const scripts = { bash: renderBash, zsh: renderZsh, fish: renderFish };

/** Prints the script of a shell; the scripts in turn ask for the names of one kind, which never fails. */
export function completionsOf(table: CommandTable): RunCommand {
  return async ({ words, root, home, stdout }) => {
    const [word = ""] = words;
    const names = await namesOf(word, { root, home });
    stdout(names === undefined ? script(word, table) : names.map((name) => `${name}\n`).join(""));
    return exitCodes.done;
  };
}

function script(shell: string, table: CommandTable): string {
  const program = ownCommand().map(shellWord).join(" ");
  switch (shell) {
    case "bash":
    case "zsh":
    case "fish":
      return scripts[shell](table, program);
    default:
      throw new UsageError(`no completions for ${JSON.stringify(shell)}; there are bash, zsh and fish`);
  }
}
