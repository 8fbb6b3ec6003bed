import { delimiter, dirname } from "node:path";

import { binary } from "../binary/binary.ts";
import { shellNamed, spareFishManualPages } from "./shells.ts";
import type { TempHome } from "./temp-home.ts";
import { TerminalRun } from "./terminal-run.ts";

export type CompletionShell = "bash" | "zsh" | "fish";

const insertAll = "\u0018\u0001";
const lineStart = "\u0001";
const said = `said() { printf '<%s>' "$@"; echo '<end>'; }\n`;
const startFiles = {
  bash: `set -u\nPS1='$ '\nbind '"\\C-x\\C-a": insert-completions'\n${said}`,
  zsh: [
    "setopt nounset",
    "autoload -Uz compinit && compinit -D -u",
    "zstyle ':completion:*' completer _all_matches _complete",
    "zstyle ':completion:*' insert true",
    "bindkey -e",
    "bindkey '^X^A' complete-word",
    `PS1='$ '\n${said}`,
  ].join("\n"),
};

/** What the shell, with our script read at its start, makes of the last word of `line`, in the order of the alphabet. */
export async function complete(shell: CompletionShell, line: string, home: TempHome): Promise<string[]> {
  const script = home.write(`completions.${shell}`, scriptOf(shell));
  const words = shell === "fish" ? askFish(line, script, home) : await askTerminal(shell, line, script, home);
  return words.map((word) => word.replace(/\/$/, "")).toSorted();
}

export function scriptOf(shell: CompletionShell): string {
  return Bun.spawnSync([binary, "completions", shell], { env: {} }).stdout.toString();
}

function askFish(line: string, script: string, home: TempHome): string[] {
  spareFishManualPages(home.home);
  const code = `source ${script}; and complete -C $argv[1]`;
  const argv = [programOf("fish"), "--no-config", "-c", code, line];
  const { stdout, stderr } = Bun.spawnSync(argv, { env: environment(home) });
  if (stderr.length > 0) throw new Error(stderr.toString());
  return stdout
    .toString()
    .split("\n")
    .flatMap((row) => row.split("\t", 1))
    .filter((word) => word !== "");
}

/** All completions are put into the line, whose words the shell itself then tells. */
async function askTerminal(shell: "bash" | "zsh", line: string, script: string, home: TempHome) {
  const startFile = home.write(
    shell === "zsh" ? ".zshrc" : "start.bash",
    `${startFiles[shell]}. ${script}\n`,
  );
  const args = shell === "zsh" ? ["-d", "-i"] : ["--noprofile", "--rcfile", startFile, "-i"];
  const env = { ...environment(home), ZDOTDIR: home.home, TERM: "dumb" };
  await using run = new TerminalRun(args, env, [programOf(shell)]);
  await run.shows(/\$ (?:\u001b\[\?2004h)?$/);
  run.type(`${line}${insertAll}${lineStart}said \n`);
  const [output = ""] = await run.shows(/<mcp-ssh-interactive>.*<end>/);
  if (/command not found|unbound|parameter not set|no completion/.test(run.output))
    throw new Error(run.output);
  const given = line.split(" ").length - 1;
  return Array.from(output.matchAll(/<([^>]*)>/g), ([, word]) => word ?? "")
    .slice(given, -1)
    .filter((word) => word !== line.split(" ").at(-1) || word === "");
}

function programOf(shell: CompletionShell): string {
  return shellNamed(shell).argv[0];
}

function environment(home: TempHome): Record<string, string> {
  return { HOME: home.home, PATH: [dirname(binary), "/usr/bin", "/bin"].join(delimiter), LANG: "C.UTF-8" };
}
