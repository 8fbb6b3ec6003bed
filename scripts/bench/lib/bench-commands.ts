import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `isUnread`: the shell refuses to run it. `isJob`: the shell tells of its jobs before the next prompt. `leastMs`: it
 * cannot end sooner. `undo` is typed behind it.
 */
export type BenchCommand = {
  readonly what: string;
  readonly command: string;
  readonly undo: string | undefined;
  readonly isUnread: boolean;
  readonly isJob: boolean;
  readonly leastMs: number;
};

const ofSh = new Set(["bash", "zsh", "dash", "ash", "ksh93", "mksh"]);

/** The commands of commands.txt that are meant for the shell. */
export function benchCommands(shell: string): BenchCommand[] {
  const commands: BenchCommand[] = [];
  let heading = { what: "", isUnread: false, isJob: false, isMeant: false };
  for (const line of readFileSync(join(import.meta.dir, "commands.txt"), "utf8").split("\n")) {
    const [, what, flag, shells] = /^## (.*?) (?:([*&]) )?: (.*)$/.exec(line) ?? [];
    if (what !== undefined && shells !== undefined) {
      const named = shells.split(" ");
      const isMeant =
        named.includes("any") || named.includes(shell) || (named.includes("sh") && ofSh.has(shell));
      heading = { what, isUnread: flag === "*", isJob: flag === "&", isMeant };
      continue;
    }
    if (line === "" || line.startsWith("# ") || !heading.isMeant) continue;
    const [command = "", undo] = line.replaceAll("⏎", "\n").split(" ↺ ");
    const { what: exercises, isUnread, isJob } = heading;
    const leastMs = exercises === "slow" ? 480 : /sleep 0\.4/.test(command) ? 380 : 0;
    commands.push({ what: exercises, command, undo, isUnread, isJob, leastMs });
  }
  return commands;
}
