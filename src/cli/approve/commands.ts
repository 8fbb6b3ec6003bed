import type { Command } from "../command.ts";

/** The human's say in what agents type. */
export const approvalCommands: readonly Command[] = [
  {
    name: "approve",
    usage: "mcp-ssh-interactive approve [ID] [--edit]",
    summary:
      "Say yes to what an agent wants to type, after seeing just that; without an ID one after the other",
    flags: { "--edit": "change the command first, in your editor" },
    maxWords: 1,
    words: "approval",
    load: async () => (await import("./approve-command.ts")).approve,
  },
  {
    name: "deny",
    usage: "mcp-ssh-interactive deny [ID] [--say WORDS]",
    summary: "Say no to it; your words reach the agent",
    flags: { "--say WORDS": "why, or what to do instead" },
    maxWords: 1,
    words: "approval",
    load: async () => (await import("./deny-command.ts")).deny,
  },
  {
    name: "pause",
    usage: "mcp-ssh-interactive pause",
    summary: "Stop all agents' typing everywhere at once; what runs goes on",
    flags: {},
    maxWords: 0,
    load: async () => (await import("./pause-command.ts")).pause,
  },
  {
    name: "resume",
    usage: "mcp-ssh-interactive resume",
    summary: "Let agents type again",
    flags: {},
    maxWords: 0,
    load: async () => (await import("./pause-command.ts")).resume,
  },
];
