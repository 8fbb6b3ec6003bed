import { exitMeanings, type CommandEntry } from "./command.ts";
import { commands, commonFlags, helpEntry, serveCommand } from "./commands.ts";

const description = [
  "An MCP server through which an AI agent runs real, interactive OpenSSH sessions inside a private tmux of this machine.",
  "Without a command it serves MCP over standard input and output, for an MCP client that starts it so. Every other use is for people: to set it up, to check it, to watch the sessions and to take part in them.",
  "Begin with: mcp-ssh-interactive init",
];

const files: readonly Row[] = [
  ["config.yml", "the connections and settings"],
  ["info/", "notes about the hosts"],
  ["logs/", "what each session's terminal showed, and which commands were typed"],
  ["transfers/", "files that agents copy from and to hosts"],
  ["state.json", "the open sessions"],
  ["tmux.sock", "the private tmux; under /tmp/mcp-ssh-UID/ where the path would be too long"],
];

const environment: readonly Row[] = [
  ["MCP_SSH_INTERACTIVE_HOME", "the folder to use instead of ~/.mcp-ssh-interactive"],
  ["NO_COLOR", "set to anything: no colours"],
  ["PATH", "where tmux and ssh are looked for"],
  ["SSH_AUTH_SOCK", "the ssh agent that holds the keys"],
];

type Row = readonly [term: string, meaning: string];

/** In roff with the macros of man(7), all of it ASCII. */
export function renderManualPage(version: string): string {
  const lines = [
    `.TH MCP-SSH-INTERACTIVE 1 "" "mcp-ssh-interactive ${version}" "User Commands"`,
    ".SH NAME",
    text("mcp-ssh-interactive - real interactive SSH sessions for AI agents, over MCP"),
    ".SH SYNOPSIS",
    ...[serveCommand.usage, `${serveCommand.usage} COMMAND [WORD…] [FLAGS]`].flatMap((usage, at) => [
      ...(at === 0 ? [] : [".br"]),
      bold(usage),
    ]),
    ".SH DESCRIPTION",
    ...description.flatMap((paragraph) => [".PP", text(paragraph)]),
    ".SH COMMANDS",
    ...[...commands, helpEntry].flatMap(renderCommand),
    ".SH FLAGS",
    text("Of every command:"),
    ...Object.entries(commonFlags).flatMap(renderRow),
    ".SH EXIT STATUS",
    ...exitMeanings.flatMap(([code, meaning]) => renderRow([String(code), meaning])),
    ".SH FILES",
    text("All below ~/.mcp-ssh-interactive, folders with mode 700 and files with 600."),
    ...files.flatMap(renderRow),
    ".SH ENVIRONMENT",
    ...environment.flatMap(renderRow),
    ".SH SEE ALSO",
    text("ssh(1), ssh_config(5), tmux(1)"),
  ];
  return `${lines.join("\n")}\n`;
}

function renderCommand({ usage, summary, flags }: CommandEntry): string[] {
  const rows = Object.entries(flags).flatMap(renderRow);
  return [
    ".TP",
    bold(usage.replace(/^mcp-ssh-interactive /, "")),
    text(`${summary}.`),
    ...(rows.length === 0 ? [] : [".RS", ...rows, ".RE"]),
  ];
}

function renderRow([term, meaning]: Row): string[] {
  return [".TP", bold(term), text(meaning)];
}

function bold(words: string): string {
  return `\\fB${escape(words)}\\fR`;
}

/** `\&` keeps a line that begins with a dot or a quote from being a request. */
function text(words: string): string {
  return `\\&${escape(words)}`;
}

const named: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "~": "\\(ti",
  "^": "\\(ha",
  "'": "\\(aq",
  "`": "\\(ga",
};

function escape(words: string): string {
  return words
    .replaceAll(/[-\\~^'`]/g, (character) => named[character] ?? character)
    .replaceAll(/[^\x20-\x7e]/gu, (character) => {
      const code = character.codePointAt(0)?.toString(16).toUpperCase() ?? "";
      return `\\[u${code.padStart(4, "0")}]`;
    });
}
