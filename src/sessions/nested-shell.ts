import type { MarkTrack } from "./mark-track.ts";

const shells = "(?:ba|z|da|a|k|mk|lk|tc|c|rba)?sh|fish|ksh93";
const localShell = new RegExp(String.raw`^\s*(?:\S*/)?(?:${shells})(?:\s+(?:-[abd-zA-Z]+|--\w+))*\s*$`);
/** Not one that reads a script, a pipe or a file. */
const options = String.raw`(?:\s+(?:[-+]o\s+\w+|--rcfile\s+\S+|-[abd-zA-Z]+|--[\w-]+))*`;
const bareShell = String.raw`(?<!\|\s*)(?:${shells})(?=${options}\s*(?:$|[;&)]))`;
const openers = `${bareShell}|su|sudo|doas|runuser|ssh|mosh|telnet|docker|podman|nerdctl|kubectl|oc|lxc|machinectl|chroot|nsenter|unshare|newgrp|sg|nix-shell|poetry|pipenv|tmux|screen|script|login|virsh|exec`;
const opener = new RegExp(String.raw`(?:^|[\s;&|(/])(?:${openers})(?=\s|$)`);

/** Whether the command is a shell for a person to type into, as `bash` or `zsh -l`: the next prompt is that shell's. */
export function isLocalShell(command: string): boolean {
  return localShell.test(command);
}

/** Whether the command may put a shell with a prompt of its own in front: `su -`, `ssh host`, `docker exec -it …`, not `sh -c …`. */
export function mayOpenShell(command: string): boolean {
  return opener.test(command);
}

/**
 * Whether the shell may come back from the command without our marks: it speaks of what they hang on, or runs what may
 * set the prompt where they stand in that.
 */
export function mayLoseMarks(command: string, marks: Pick<MarkTrack, "marksBegin"> | undefined): boolean {
  if (/\b(?:PS1|PROMPT_COMMAND|precmd\w*|__mcp_\w+)\b/.test(command)) return true;
  return marks?.marksBegin === false && /(?:^|[\s;&|({])(?:\.|source|eval)\s/.test(command);
}

/** The program that a command names first, without its folder, `sudo` and variables before it. */
export function commandWord(command: string): string | undefined {
  return /^\s*(?:\w+=\S*\s+|(?:sudo|env|command|exec)\s+)*(?:\S*\/)?([\w.+-]+)/.exec(command)?.[1];
}
