import type { Command } from "../command.ts";

const hostFlags: Readonly<Record<string, string>> = {
  "--host HOST": "a name, an address, or an alias of ~/.ssh/config",
  "--user USER": "the user there; without it ssh decides",
  "--port PORT": "without it ssh decides",
  "--key PATH": "a private key; without it ssh and the agent decide",
  "--no-notes": "begin no notes about the host",
  "--no-test": "write it without a login first",
  "--yes": "ask nothing: the flags say it all",
};

/** What sets a machine up, and checks it. */
export const setUpCommands: readonly Command[] = [
  {
    name: "init",
    usage: "mcp-ssh-interactive init [--yes] [FLAGS]",
    summary: "Set everything up: hosts, notes, MCP clients, and a first call",
    flags: {
      "--from-ssh-config A,B": "add these hosts of ~/.ssh/config",
      "--name NAME": "what agents call the host of --host",
      "--client A,B": "register with these MCP clients; all: with those that are found",
      "--force": "register a program that is in a temporary folder all the same",
      ...hostFlags,
    },
    maxWords: 0,
    load: async () => (await import("./set-up.ts")).init,
  },
  {
    name: "add",
    usage: "mcp-ssh-interactive add NAME [--host HOST] [FLAGS]",
    summary: "Add one connection to config.yml, after a test",
    flags: hostFlags,
    minWords: 1,
    maxWords: 1,
    load: async () => (await import("./set-up.ts")).add,
  },
  {
    name: "remove",
    usage: "mcp-ssh-interactive remove NAME [--yes]",
    summary: "Take one connection out of config.yml",
    flags: { "--yes": "ask nothing" },
    minWords: 1,
    maxWords: 1,
    words: "connection",
    load: async () => (await import("./remove-command.ts")).remove,
  },
  {
    name: "validate",
    usage: "mcp-ssh-interactive validate [FILE]",
    summary: "Show every fault of the configuration, with its line and the fix",
    flags: { "--json": "print the faults as JSON" },
    maxWords: 1,
    words: "file",
    load: async () => (await import("../validate-command.ts")).validate,
  },
  {
    name: "doctor",
    usage: "mcp-ssh-interactive doctor [NAME…] [--all] [--fix] [--json]",
    summary: "Check this machine, and connections by name; each finding has what mends it",
    flags: {
      "--all": "try every connection",
      "--fix": "mend permissions and missing folders",
      "--json": "print the findings as JSON",
    },
    maxWords: Number.POSITIVE_INFINITY,
    words: "connection",
    load: async () => (await import("../doctor/doctor.ts")).doctor,
  },
];
