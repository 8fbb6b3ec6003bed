/** One call of the demo. `refused`: that the server refuses it is what is shown. */
export type Step = {
  readonly says: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly refused?: true;
};

const session_name = "demo";
const severalLines = `for word in real interactive shell; do
  printf '%s ' "$word"
done; echo '✓'`;
const endless = "sleep 600";

export const steps: readonly Step[] = [
  { says: "The agent asks which hosts it may use.", tool: "list_available_configs", args: {} },
  {
    says: "It opens a session: a real ssh login, in a terminal that outlives the client.",
    tool: "open_connection",
    args: { connection_config_name: "demo", session_name },
  },
  {
    says: "It runs a command, and has what it printed the moment it ends.",
    tool: "execute_command",
    args: { session_name, command: "uname -sm; date -u +%F; id -un", wait_seconds: 10 },
  },
  {
    says: "Several lines are one command, typed as they are.",
    tool: "execute_command",
    args: { session_name, command: severalLines, wait_seconds: 10 },
  },
  {
    says: "A command that takes its time does not hold the agent up.",
    tool: "execute_command",
    args: { session_name, command: endless },
  },
  {
    says: "While it runs, nothing can be typed into it by mistake.",
    tool: "execute_command",
    args: { session_name, command: "echo a second command" },
    refused: true,
  },
  {
    says: "It is stopped as a person would stop it.",
    tool: "interrupt_command",
    args: { session_name },
  },
  {
    says: "The terminal, as a person at it would see it now.",
    tool: "get_terminal_output",
    args: { session_name, view: "screen" },
  },
  { says: "The session ends; its log stays.", tool: "close_connection", args: { session_name } },
];
