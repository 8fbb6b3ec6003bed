import type { ToolAnswer } from "../../server/mcp-client.ts";
import { printable } from "../printable.ts";
import { parseFacts, probeCommand, type HostFacts } from "./host-notes.ts";
import type { NewConnection } from "./plan.ts";
import type { Trial } from "./trial.ts";
import type { Voice } from "./voice.ts";

/** `login`: how the host was reached. `facts` are empty where no shell took the question. */
export type Tried =
  | { readonly kind: "opened"; readonly facts: HostFacts; readonly needsHuman: boolean }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string };

const session_name = "try";
/** A human waits, and can try again. */
const openTimeoutSeconds = 10;
const probeSeconds = 15;
const loginSeconds = 30;

/** Opens a session to the host as an agent would. What only a human can do is handed to the one at the terminal, if there is one. */
export async function tryHost(
  trial: Trial,
  { name }: NewConnection,
  { notes, hasHuman, voice }: { readonly notes: boolean; readonly hasHuman: boolean; readonly voice: Voice },
): Promise<Tried> {
  voice.say([`Testing ${printable(name)} …`]);
  let answer = await open(trial, name);
  if (hasHuman && errorOf(answer).code === "HOST_KEY_UNKNOWN") {
    voice.say([`${printable(name)} is new to this machine. Compare its key before you trust it:`]);
    if ((await trial.handOver(["trust", name])) === 0) answer = await open(trial, name);
  }
  if (answer.isError) return { kind: "failed", ...failureOf(answer, hasHuman) };
  const needsHuman = answer.fields["state"] === "awaiting_input";
  if (needsHuman) {
    const login = hasHuman ? await logIn(trial, voice, name) : waits(name);
    if (login !== undefined) return login;
  }
  const facts = notes ? await probe(trial) : {};
  await trial.call("close_connection", { session_name, force: true });
  return { kind: "opened", facts, needsHuman };
}

function open(trial: Trial, name: string): Promise<ToolAnswer> {
  return trial.call("open_connection", {
    connection_config_name: name,
    session_name,
    timeout_seconds: openTimeoutSeconds,
  });
}

/** Undefined when the human's answers led to a shell. */
async function logIn(trial: Trial, voice: Voice, name: string): Promise<Tried | undefined> {
  voice.say([`${printable(name)} asks for something that only you know; the model never sees it:`]);
  for (;;) {
    if ((await trial.handOver(["answer", session_name])) !== 0) break;
    const now = await trial.call("get_terminal_output", { session_name, wait_seconds: loginSeconds });
    if (now.fields["state"] === "idle") return undefined;
    if (now.isError || now.fields["state"] !== "awaiting_input") break;
  }
  await trial.call("close_connection", { session_name, force: true });
  return {
    kind: "failed",
    message: `${name} was not logged in to`,
    hint: "Try again with the right answer.",
  };
}

function waits(name: string): Tried {
  return {
    kind: "failed",
    message: `${name} asks for something that only a human can answer, and there is no terminal`,
    hint: "Run the same command in a terminal, or add --no-test to write it untested.",
  };
}

/** Only where a shell has shown that it is one; a router's menu gets nothing typed. */
async function probe(trial: Trial): Promise<HostFacts> {
  const place = await trial.call("get_terminal_output", { session_name, num_lines: 1 });
  if (!isAtShell(place)) return {};
  const answer = await trial.call("execute_command", {
    session_name,
    command: probeCommand,
    wait_seconds: probeSeconds,
  });
  const { output } = answer.fields;
  return typeof output === "string" ? parseFacts(output) : {};
}

/** After a login by a human's answer the shell carries no marks yet; a prompt with a user or folder is a shell's. */
function isAtShell({ fields: { state, confidence, output } }: ToolAnswer): boolean {
  if (state !== "idle") return false;
  return confidence === "exact" || /[@~][^\n]*[#$%>] ?$|\$ ?$/.test(String(output));
}

/** The connection does not exist yet, so that `trust` has no name for it. */
function failureOf(answer: ToolAnswer, hasHuman: boolean): { message: string; hint: string } {
  const { code, message, hint } = errorOf(answer);
  if (code !== "HOST_KEY_UNKNOWN") return { message, hint };
  return {
    message,
    hint: hasHuman
      ? "Try again to look at the key once more, or ask the host's administrator for its fingerprint."
      : "Run the same command in a terminal, where you can compare the key and trust it.",
  };
}

function errorOf({ fields }: ToolAnswer): { code: string; message: string; hint: string } {
  const error: unknown = fields["error"];
  const facts = new Map<string, unknown>(Object.entries(Object(error)));
  const text = (key: string) => String(facts.get(key) ?? "");
  return { code: text("code"), message: text("message"), hint: text("hint") };
}
