import type { ToolAnswer } from "../../server/mcp-client.ts";
import type { Programs } from "../compose-sessions.ts";
import { printable } from "../printable.ts";
import { connectOwn } from "./trial.ts";
import type { Voice } from "./voice.ts";

const session_name = "first-call";
const command = "uname -sn; uptime";
const waitSeconds = 15;
const maxShownLines = 6;

/** What an agent would do first, through the real server on the real tree; `name` is a host that opens by itself. False when a call failed. */
export async function makeFirstCall(
  root: string,
  programs: Programs,
  name: string | undefined,
  voice: Voice,
): Promise<boolean> {
  voice.say(["The first call, as an agent makes it:"]);
  await using client = await connectOwn(root, programs);
  const show = (call: string, answer: ToolAnswer, lines: readonly string[] = []) => {
    const { message } = answer.fields;
    const [first = "", hint = ""] = answer.text.split("\n").map(printable);
    if (answer.isError) voice.bad(`${call}: ${first}`, hint);
    else voice.say([`  ${call}`, `    ${String(message ?? "")}`, ...lines.map((line) => `    ${line}`)]);
    return !answer.isError;
  };
  const listed = await client.call("list_available_configs", {});
  if (!show("list_available_configs", listed, listedNames(listed))) return false;
  if (name === undefined) return true;
  const opened = await client.call("open_connection", { connection_config_name: name, session_name });
  if (!show(`open_connection ${printable(name)}`, opened)) return false;
  const ran = await client.call("execute_command", { session_name, command, wait_seconds: waitSeconds });
  const isShown = show(`execute_command ${command}`, ran, outputLines(ran));
  await client.call("close_connection", { session_name, force: true });
  return isShown;
}

function listedNames({ fields }: ToolAnswer): string[] {
  const { configs } = fields;
  if (!Array.isArray(configs) || configs.length === 0) return [];
  return [configs.map((config: unknown) => printable(String(Object(config).name))).join(", ")];
}

function outputLines({ fields }: ToolAnswer): string[] {
  const { output } = fields;
  if (typeof output !== "string" || output === "") return [];
  return output.split("\n").slice(0, maxShownLines).map(printable);
}
