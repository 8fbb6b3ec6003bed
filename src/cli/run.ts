import { fstatSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { UserError } from "../base/user-error.ts";
import { storageFailure } from "../platform/storage-failure.ts";
import { askpassVariable } from "../ssh/askpass-variable.ts";
import { exitCodes, type Invocation } from "./command.ts";
import { commands } from "./commands.ts";
import { renderCommandHelp, renderHelp } from "./help.ts";
import { hintForHuman } from "./hint-for-human.ts";
import { parseArguments, type ParsedArguments } from "./parse-arguments.ts";
import { print } from "./print.ts";
import { printable } from "./printable.ts";
import { UsageError } from "./usage-error.ts";

/** What a release was built of; scripts/build --all defines it. */
declare const BUILD_COMMIT: string | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

const stdout = (text: string | Uint8Array) => print(1, text);
const stderr = (text: string) => print(2, text);

/** Runs the program with these arguments and resolves to its exit code. */
export async function run(args: readonly string[], env: Environment): Promise<number> {
  try {
    const askFile = env[askpassVariable];
    if (askFile !== undefined) {
      const { askpass } = await import("./askpass.ts");
      return await askpass(args[0] ?? "", askFile, env["SSH_ASKPASS_PROMPT"]);
    }
    const parsed = parseArguments(args);
    if (parsed.kind === "run") {
      const runCommand = await parsed.command.load();
      return await runCommand(invocation(parsed, env));
    }
    stdout(await renderAsked(parsed));
    return exitCodes.done;
  } catch (error) {
    return report(error, args);
  }
}

async function renderAsked(parsed: Exclude<ParsedArguments, { kind: "run" }>): Promise<string> {
  switch (parsed.kind) {
    case "version":
      return `mcp-ssh-interactive ${version}${builtFrom()}\n`;
    case "manual":
      return (await import("./manual-page.ts")).renderManualPage(version);
    case "help":
      return parsed.command === undefined ? renderHelp() : renderCommandHelp(parsed.command);
  }
}

function builtFrom(): string {
  return typeof BUILD_COMMIT === "string" ? ` (${BUILD_COMMIT})` : "";
}

function invocation(
  { words, flags, values, root }: Extract<ParsedArguments, { kind: "run" }>,
  env: Environment,
): Invocation {
  const home = homedir();
  const named = root ?? given(env["MCP_SSH_INTERACTIVE_HOME"]);
  return {
    words,
    flags,
    values,
    root: resolve(named ?? join(home, ".mcp-ssh-interactive")),
    home,
    color: isTerminal() && !flags.has("--no-color") && given(env["NO_COLOR"]) === undefined,
    env,
    stdout,
    stderr,
  };
}

/** Or /dev/null, which minds no colours; node:tty would cost 2 ms of every start. */
function isTerminal(): boolean {
  return fstatSync(1).isCharacterDevice();
}

/** A variable that is empty counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function report(error: unknown, args: readonly string[]): number {
  if (error instanceof UsageError) {
    stderr(`mcp-ssh-interactive: ${printable(error.message)}\nTry: mcp-ssh-interactive ${helpOn(args)}\n`);
    return exitCodes.usage;
  }
  if (error instanceof UserError) {
    stderr(`mcp-ssh-interactive: ${printable(error.message)}\n  ${printable(hintForHuman(error))}\n`);
    return exitCodeOf(error);
  }
  const file = fileAtFault(error);
  if (file !== undefined) {
    stderr(
      `mcp-ssh-interactive: ${printable(file)}\n  See what is wrong with it: mcp-ssh-interactive doctor\n`,
    );
    return exitCodes.failed;
  }
  const failure = storageFailure(error);
  if (failure !== undefined) return report(failure, args);
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr(`mcp-ssh-interactive: internal error: ${words}\n`);
  return exitCodes.failed;
}

/** What the system refused to do with a file, as one that another account owns. */
function fileAtFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error)) return undefined;
  return error.message;
}

/** What asks for the help on the command that was meant. */
function helpOn(args: readonly string[]): string {
  const name = args.find((word) => commands.some((command) => command.name === word));
  return name === undefined ? "--help" : `help ${name}`;
}

function exitCodeOf({ code }: UserError): number {
  switch (code) {
    case "CONFIG_INVALID":
    case "CONFIG_NOT_FOUND":
      return exitCodes.configuration;
    case "TMUX_UNAVAILABLE":
    case "SSH_UNAVAILABLE":
      return exitCodes.programs;
    default:
      return exitCodes.failed;
  }
}
