import { readFileSync } from "node:fs";

import { askHidden } from "../platform/hidden-line.ts";
import { askForAnswer } from "../ssh/askpass-client.ts";
import { exitCodes } from "./command.ts";
import { print } from "./print.ts";

/**
 * What ssh runs to ask: prints the answer of the server that opened the session, or else of the human at the terminal.
 * ssh takes an exit code other than 0 as no answer, and any line in a question of yes or no as yes.
 */
export async function askpass(prompt: string, askFile: string, hint: string | undefined): Promise<number> {
  const [socket = "", token = ""] = readFileSync(askFile, "utf8").split("\n");
  const reply = hint === undefined ? await askForAnswer(socket, token, prompt) : "human";
  if (reply === "refuse") return exitCodes.failed;
  const answer = reply === "human" ? askHidden(shown(prompt)) : reply.answer;
  if (answer === undefined || (hint === "confirm" && answer !== "yes")) return exitCodes.failed;
  print(1, `${answer}\n`);
  return exitCodes.done;
}

function shown(prompt: string): string {
  return prompt.replace(/[^\P{Cc}\n]/gu, "?");
}
