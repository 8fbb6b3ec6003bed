import { codeLines } from "./code-lines.ts";
import bash from "./scripts/bash.bash" with { type: "text" };
import fish from "./scripts/fish.fish" with { type: "text" };
import korn from "./scripts/korn.sh" with { type: "text" };
import posix from "./scripts/posix.sh" with { type: "text" };
import tcsh from "./scripts/tcsh.csh" with { type: "text" };
import zsh from "./scripts/zsh.zsh" with { type: "text" };
import type { Shell } from "./shell.ts";

/**
 * The line, with its final newline, that the loader waits for: printable ASCII, to be sent as it is in pieces of
 * at most 512 bytes. `aid` is 32 hexadecimal digits. Without a shell the loader is let go and nothing happens.
 */
export function renderPayload(shell: Shell | undefined, aid: string): string {
  if (!/^[0-9a-f]{32}$/.test(aid)) throw new Error("an aid is 32 hexadecimal digits");
  return shell === undefined ? "\n" : `${renderCode(shell, aid)}@\n`;
}

/** The line, without Enter, with which a shell that carries its marks in PS1 takes them into a prompt set anew. */
export const renewLine = ' eval "$__mcp_again"';

function renderCode(shell: Shell, aid: string): string {
  const code = (script: string, newline = "\n") => codeLines(script).join(newline).replaceAll("@AID@", aid);
  switch (shell) {
    case "bash":
      return evaluated(code(bash));
    case "zsh":
      return evaluated(emulated(code(zsh)));
    case "fish":
      return `builtin printf '${encode(code(fish))}' | source`;
    case "korn":
      return evaluated(
        `if (eval ': \${ :;}') 2>/dev/null; then\n${code(korn)}\nelse\n${code(plainPrompt(posix))}\nfi`,
      );
    case "posix":
      return evaluated(code(plainPrompt(posix)));
    case "ash":
      return evaluated(code(measuredPrompt(posix)));
    case "tcsh":
      return evaluated(code(tcsh, "; "), "printf");
  }
}

function evaluated(code: string, printf = String.raw`\command printf`): string {
  return `eval "\`${printf} '${encode(code)}'\`"`;
}

/** zsh in the emulation of itself, whatever options the user has set; functions keep it. */
function emulated(code: string): string {
  const percent = "[[ -o promptpercent ]] && __mcp_percent=1 || __mcp_percent=";
  return `${percent}\n\\builtin emulate zsh -c '${code.replaceAll("'", `'\\''`)}'`;
}

function plainPrompt(script: string): string {
  return script.replaceAll(/@[[\]]@/g, "");
}

/** busybox counts what stands between `\[` and `\]` as no width. */
function measuredPrompt(script: string): string {
  return script.replaceAll(/@([[\]])@/g, String.raw`\$1`);
}

/** Nothing in it is touched by word splitting, globbing, quotes or a terminal. */
function encode(code: string): string {
  return code.replaceAll(
    /[^A-Za-z0-9_]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
