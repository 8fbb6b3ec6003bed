import type { Command } from "./command.ts";

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
  {
    name: "validate",
    usage: "mcp-ssh-interactive validate [FILE]",
    summary: "Show every fault of the configuration, with its line and the fix",
    flags: { "--json": "print the faults as JSON" },
    maxWords: 1,
    load: async () => (await import("./validate-command.ts")).validate,
  },
  {
    name: "trust",
    usage: "mcp-ssh-interactive trust NAME [--json]",
    summary: "Show the host keys of a connection, and add them to known_hosts after your yes",
    flags: { "--json": "print what is offered and on record as JSON, and change nothing" },
    minWords: 1,
    maxWords: 1,
    load: async () => (await import("./trust-command.ts")).trust,
  },
  {
    name: "answer",
    usage: "mcp-ssh-interactive answer SESSION",
    summary: "Type a password or one-time code into a session, unseen by the model",
    flags: {},
    minWords: 1,
    maxWords: 1,
    load: async () => (await import("./answer-command.ts")).answer,
  },
  {
    name: "install",
    usage: "mcp-ssh-interactive install [CLIENT...]",
    summary: "Register this server with MCP clients: those named, or those found",
    flags: {
      ...changeFlags,
      "--print": "show what to write where by hand, and change nothing",
      "--force": "also where this program is in a folder that is emptied from time to time",
    },
    maxWords: Infinity,
    load: async () => (await import("./install/install-command.ts")).install,
  },
  {
    name: "uninstall",
    usage: "mcp-ssh-interactive uninstall [CLIENT...]",
    summary: "Take this server out of the MCP clients named, or out of all",
    flags: changeFlags,
    maxWords: Infinity,
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
];

export const commonFlags: Readonly<Record<string, string>> = {
  "--home DIR": "use this folder instead of ~/.mcp-ssh-interactive (or set MCP_SSH_INTERACTIVE_HOME)",
  "--no-color": "no colours (or set NO_COLOR)",
  "--help": "show this help",
  "--version": "show the version",
};
