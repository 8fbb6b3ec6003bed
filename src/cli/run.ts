import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { nearestName } from "../base/nearest-name.ts";
import { UserError } from "../base/user-error.ts";
import { exitCodes, type Command, type Invocation } from "./command.ts";
import { commands, serveCommand } from "./commands.ts";
import { renderCommandHelp, renderHelp } from "./help.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const stdout = (text: string) => void process.stdout.write(text);
const stderr = (text: string) => void process.stderr.write(text);

/** Runs the program with these arguments and resolves to its exit code. */
export async function run(args: readonly string[], env: Environment): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed.kind === "print") {
      stdout(parsed.text);
      return exitCodes.done;
    }
    const runCommand = await parsed.command.load();
    return await runCommand(invocation(parsed, env));
  } catch (error) {
    return report(error);
  }
}

type Parsed =
  | { readonly kind: "print"; readonly text: string }
  | { readonly kind: "run"; readonly command: Command; readonly words: readonly string[]; readonly flags: ReadonlySet<string>; readonly root: string | undefined };

class UsageError extends Error {}

function parse(args: readonly string[]): Parsed {
  const words: string[] = [];
  const flags = new Set<string>();
  let root: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const [flag = "", value] = argument.startsWith("--home=") ? ["--home", argument.slice("--home=".length)] : [argument, undefined];
    if (flag === "--home") {
      root = value ?? args[++index];
      if (root === undefined || root === "") throw new UsageError("--home needs a folder");
    } else if (argument.startsWith("-") && argument !== "-") flags.add(argument === "-h" ? "--help" : argument);
    else words.push(argument);
  }
  return choose(words, flags, root);
}

function choose(words: readonly string[], flags: Set<string>, root: string | undefined): Parsed {
  const [name, ...rest] = words;
  if (flags.has("--version")) return { kind: "print", text: `mcp-ssh-interactive ${version}\n` };
  if (name === undefined && flags.has("--help")) return { kind: "print", text: renderHelp() };
  if (name === "help") return { kind: "print", text: rest[0] === undefined ? renderHelp() : renderCommandHelp(findCommand(rest[0])) };
  const command = name === undefined ? serveCommand : findCommand(name);
  if (flags.has("--help")) return { kind: "print", text: renderCommandHelp(command) };
  const known = ["--no-color", ...Object.keys(command.flags)];
  const unknown = [...flags].find((flag) => !known.includes(flag));
  if (unknown !== undefined) throw new UsageError(`unknown flag ${unknown}${suggestion(unknown, known)}`);
  if (rest.length > command.maxWords) throw new UsageError(`unexpected ${JSON.stringify(rest[command.maxWords])}; usage: ${command.usage}`);
  return { kind: "run", command, words: rest, flags, root };
}

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new UsageError(`unknown command ${JSON.stringify(name)}${suggestion(name, [...names, "help"])}`);
}

function suggestion(word: string, candidates: readonly string[]): string {
  const nearest = nearestName(word, candidates);
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

function invocation({ words, flags, root }: Extract<Parsed, { kind: "run" }>, env: Environment): Invocation {
  const home = homedir();
  return {
    words,
    flags,
    root: resolve(root ?? env["MCP_SSH_INTERACTIVE_HOME"] ?? join(home, ".mcp-ssh-interactive")),
    home,
    color: process.stdout.isTTY && !flags.has("--no-color") && (env["NO_COLOR"] ?? "") === "",
    env,
    stdout,
    stderr,
  };
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    stderr(`mcp-ssh-interactive: ${error.message}\nTry: mcp-ssh-interactive --help\n`);
    return exitCodes.usage;
  }
  if (error instanceof UserError) {
    stderr(`mcp-ssh-interactive: ${error.message}\n  ${error.hint}\n`);
    if (error.code === "CONFIG_INVALID" || error.code === "CONFIG_NOT_FOUND") return exitCodes.configuration;
    return error.code === "TMUX_UNAVAILABLE" || error.code === "SSH_UNAVAILABLE" ? exitCodes.programs : exitCodes.failed;
  }
  stderr(`mcp-ssh-interactive: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.failed;
}
