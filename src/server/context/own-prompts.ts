import type { Prompt } from "@modelcontextprotocol/sdk/types.js";

type OwnPrompt = {
  readonly prompt: Prompt;
  readonly render: (values: ReadonlyMap<string, string>) => string;
};

export const ownPrompts: readonly OwnPrompt[] = [
  {
    prompt: {
      name: "look-around",
      title: "Look around a host",
      description: "What a host is, what runs on it and how it is, without changing anything",
      arguments: [
        { name: "connection_config_name", description: "The connection", required: true },
        { name: "folder", description: "A folder on it to look at more closely" },
      ],
    },
    render: (values) => {
      const folder = values.get("folder");
      const more =
        folder === undefined
          ? ""
          : ` Then look at the folder ${JSON.stringify(folder)}: what is in it and what it is for.`;
      return `Look around the host of connection ${JSON.stringify(values.get("connection_config_name"))} and change nothing on it.

Read its notes with get_server_info if it has any, then use an open session of it (list_connections) or open one. Find out: system and version, how long it is up, load, memory, full disks, failed services, what listens on the network, who is logged in, and the last errors in the system's log. Use commands that only read, each with wait_seconds, none as root.${more}

Close with a short report: what the host is for, what needs attention, and what you could not see.`;
    },
  },
  {
    prompt: {
      name: "follow-command",
      title: "Follow a deployment",
      description: "Waits for a running command, tells how it goes, and what it ended with",
      arguments: [
        { name: "session_name", description: "The session in which it runs", required: true },
        { name: "command_id", description: "The command; without it the one that runs" },
      ],
    },
    render: (values) => {
      const id = values.get("command_id");
      const which = id === undefined ? "the command that runs" : `command ${JSON.stringify(id)}`;
      return `Follow ${which} in session ${JSON.stringify(values.get("session_name"))} to its end and change nothing.

Wait with get_terminal_output and wait_seconds; after each wait say in one line how far it is, from what came since. If it asks for something, say what it asks and who can answer, and answer nothing by yourself. If nothing came for several minutes, say so and go on waiting.

When it has ended: its exit code, how long it took, warnings and errors (search_output finds them in all of its output), and whether it did what it was to do.`;
    },
  },
  {
    prompt: {
      name: "hand-over",
      title: "Hand over to a human",
      description: "Leaves a session so that a human can take it over, and says where things stand",
      arguments: [
        { name: "session_name", description: "The session", required: true },
        { name: "reason", description: "Why, or what the human shall do" },
      ],
    },
    render: (values) => {
      const reason = values.get("reason");
      return `Hand session ${JSON.stringify(values.get("session_name"))} over to me${reason === undefined ? "" : `: ${reason}`}.

Type nothing more into it and close nothing. Look at it with get_terminal_output and list_connections, then tell me: the command with which I take part (attach_command), user, host and folder, what runs and since when, what it waits for and what I would answer, what you have changed so far and what is still open. Go on only when I say so.`;
    },
  },
];
