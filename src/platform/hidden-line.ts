import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const maxBytes = 4_096;

/** Asks on this process's own terminal for a line that is not shown; undefined where there is none, or at its end. */
export function askHidden(prompt: string): string | undefined {
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const modes = stty(terminal, "-g");
  try {
    stty(terminal, "-echo");
    writeSync(terminal, prompt);
    return readLine(terminal);
  } finally {
    if (modes !== "") stty(terminal, modes);
    writeSync(terminal, "\n");
    closeSync(terminal);
  }
}

function openTerminal(): number | undefined {
  try {
    return openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
}

function stty(terminal: number, word: string): string {
  return spawnSync("stty", [word], { stdio: [terminal, "pipe", "ignore"], encoding: "utf8" }).stdout.trim();
}

/** The terminal hands out whole lines. */
function readLine(terminal: number): string | undefined {
  const buffer = Buffer.alloc(maxBytes);
  const length = readSync(terminal, buffer);
  return length === 0 ? undefined : buffer.toString("utf8", 0, length).replace(/\n$/, "");
}
