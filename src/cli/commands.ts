import { approvalCommands } from "./approve/commands.ts";
import type { Command, CommandEntry } from "./command.ts";
import { entryKinds } from "./history/entry-kinds.ts";
import { setUpCommands } from "./init/commands.ts";

export const serveCommand: Command = {
  name: "serve",
  usage: "mcp-ssh-interactive",
  summary: "Serve MCP over stdio; an MCP client starts it so",
  flags: {},
  maxWords: 0,
  load: async () => {
    // Before the modules that make schemas are loaded.
    const { interpretSchemas } = await import("../config/interpret-schemas.ts");
    interpretSchemas();
    return (await import("./serve.ts")).serve;
  },
};

const changeFlags = {
  "--yes": "change without asking",
  "--json": "print what is found and done as JSON; without --yes nothing is changed",
};

/** The subcommands, in the order of the help. */
export const commands: readonly Command[] = [
  ...setUpCommands,
  {
    name: "trust",
    usage: "mcp-ssh-interactive trust NAME [--json]",
    summary: "Show the host keys of a connection, and add them to known_hosts after your yes",
    flags: { "--json": "print what is offered and on record as JSON, and change nothing" },
    minWords: 1,
    maxWords: 1,
    words: "connection",
    load: async () => (await import("./trust-command.ts")).trust,
  },
  ...approvalCommands,
  {
    name: "status",
    usage: "mcp-ssh-interactive status [--json]",
    summary: "Show the open sessions and what each is doing",
    flags: { "--json": "print the facts as JSON" },
    maxWords: 0,
    load: async () => (await import("./status-command.ts")).status,
  },
  {
    name: "attach",
    usage: "mcp-ssh-interactive attach SESSION [--read-only]",
    summary: "Take part in a session's terminal; C-b d leaves, C-b ? helps",
    flags: { "--read-only": "only look on" },
    minWords: 1,
    maxWords: 1,
    words: "session",
    load: async () => (await import("./attach/attach-command.ts")).attach,
  },
  {
    name: "watch",
    usage: "mcp-ssh-interactive watch",
    summary: "Show all sessions at once, read-only; q leaves",
    flags: {},
    maxWords: 0,
    load: async () => (await import("./watch/watch-command.ts")).watch,
  },
  {
    name: "log",
    usage: "mcp-ssh-interactive log SESSION [--follow] [--since TIME] [--command ID] [--raw]",
    summary: "Show the text of a session, open or closed",
    flags: {
      "--follow": "go on as lines come, until the session is closed",
      "--since TIME": "from the first command since then on: 30s, 10m, 2h, 3d, 2026-11-22T09:30",
      "--command ID": "only the output of one command, such as c12",
      "--raw": "the bytes as they came, to a file or a pipe",
    },
    minWords: 1,
    maxWords: 1,
    words: "log",
    load: async () => (await import("./log/log-command.ts")).log,
  },
  {
    name: "history",
    usage: "mcp-ssh-interactive history [SESSION] [--kind KINDS] [--verify] [--json]",
    summary: "Show what was typed and by whom: commands with exit code, duration and folder, all other input",
    flags: {
      "--kind KINDS": `only these, as command,human: ${entryKinds.join(", ")}; or all`,
      "--verify": "check that audit.jsonl is whole: nothing changed, left out or cut off",
      "--json": "print the facts as JSON",
    },
    maxWords: 1,
    words: "log",
    load: async () => (await import("./history/history-command.ts")).history,
  },
  {
    name: "close",
    usage: "mcp-ssh-interactive close SESSION [--force] [--json]",
    summary: "End a session; its log stays",
    flags: { "--force": "also while something runs in it", "--json": "print the facts as JSON" },
    minWords: 1,
    maxWords: 1,
    words: "session",
    load: async () => (await import("./close-command.ts")).close,
  },
  {
    name: "prune",
    usage: "mcp-ssh-interactive prune [--dry-run] [--json]",
    summary: "Drop old logs of closed sessions, as log_retention_days and log_max_mb say",
    flags: { "--dry-run": "only tell what would go", "--json": "print the facts as JSON" },
    maxWords: 0,
    load: async () => (await import("./prune-command.ts")).prune,
  },
  {
    name: "answer",
    usage: "mcp-ssh-interactive answer SESSION",
    summary: "Type a password or one-time code into a session, unseen by the model",
    flags: {},
    minWords: 1,
    maxWords: 1,
    words: "session",
    load: async () => (await import("./answer-command.ts")).answer,
  },
  {
    name: "install",
    usage: "mcp-ssh-interactive install [CLIENT...] [--yes] [--print] [--json]",
    summary: "Register this server with MCP clients: those named, or those found",
    flags: {
      ...changeFlags,
      "--print": "show what to write where by hand, and change nothing",
      "--force": "also where this program is in a folder that is emptied from time to time",
    },
    maxWords: Infinity,
    words: "client",
    load: async () => (await import("./install/install-command.ts")).install,
  },
  {
    name: "uninstall",
    usage: "mcp-ssh-interactive uninstall [CLIENT...] [--yes] [--json]",
    summary: "Take this server out of the MCP clients named, or out of all",
    flags: changeFlags,
    maxWords: Infinity,
    words: "client",
    load: async () => (await import("./install/install-command.ts")).uninstall,
  },
  {
    name: "demo",
    usage: "mcp-ssh-interactive demo [--keep]",
    summary: "Show the whole thing on this machine, with an sshd of its own",
    flags: { "--keep": "leave the sshd and a configuration to play with" },
    maxWords: 0,
    load: async () => (await import("./demo/demo.ts")).demo,
  },
  {
    name: "self-update",
    usage: "mcp-ssh-interactive self-update --check [--json]",
    summary: "Tell whether a newer release is out; nothing is changed",
    flags: {
      "--check": "ask for the newest release",
      "--from URL": "ask there instead of at GitHub",
      "--json": "print both versions as JSON",
    },
    maxWords: 0,
    load: async () => (await import("./self-update-command.ts")).selfUpdate,
  },
  {
    name: "completions",
    usage: "mcp-ssh-interactive completions bash|zsh|fish",
    summary: "Print what makes a shell complete commands, flags and names",
    flags: {},
    minWords: 1,
    maxWords: 1,
    words: "shell",
    load: async () => {
      const { completionsOf } = await import("./completions/completions-command.ts");
      return completionsOf({ entries: [...commands, helpEntry], commonFlags });
    },
  },
];

export const helpEntry: CommandEntry = {
  name: "help",
  usage: "mcp-ssh-interactive help [COMMAND] [--man]",
  summary: "Show the usage of one command, or of all",
  flags: { "--man": "print the manual page, in roff" },
  maxWords: 1,
  words: "command",
};

export const commonFlags: Readonly<Record<string, string>> = {
  "--home DIR": "use this folder instead of ~/.mcp-ssh-interactive (or set MCP_SSH_INTERACTIVE_HOME)",
  "--no-color": "no colours (or set NO_COLOR)",
  "--help": "show this help",
  "--version": "show the version",
};
