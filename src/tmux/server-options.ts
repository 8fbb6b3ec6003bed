import { humanKeys } from "./human-client.ts";
import type { TmuxVersion } from "./version.ts";
import { command, type TmuxCommand } from "./words.ts";

/** Holds the server up; its only program sleeps. No session of a user can have this name. */
export const hubName = "mcp_hub";

/** Set before any pane exists; `-q` skips what a version lacks. Never `window-size`: globally set, it crashes 3.3a to 3.6b. */
const options: readonly (readonly [name: string, value: string])[] = [
  ["history-limit", "2000"],
  ["remain-on-exit", "on"],
  ["remain-on-exit-format", ""],
  ["default-terminal", "screen-256color"],
  ["status", "off"],
  ["escape-time", "0"],
  ["message-limit", "0"],
  ["set-clipboard", "off"],
  ["get-clipboard", "off"],
  ["allow-passthrough", "off"],
  ["allow-rename", "off"],
  ["allow-set-title", "off"],
  ["automatic-rename", "off"],
  ["set-titles", "off"],
  ["mouse", "off"],
  ["focus-events", "off"],
  ["bell-action", "none"],
  ["monitor-activity", "off"],
  ["lock-after-time", "0"],
  ["destroy-unattached", "off"],
  ["exit-unattached", "off"],
  ["update-environment", ""],
];

const keyTables = ["prefix", "root"];

/** The commands of the one invocation that starts a server of ours; it fails at its end where a hub exists already. */
export function startingCommands(version: TmuxVersion): TmuxCommand[] {
  return [
    command("start-server"),
    ...options.map(([name, value]) => command("set-option", "-gq", name, value)),
    ...keyTables.map((table) => command("unbind-key", "-a", "-T", table)),
    ...humanKeys(version),
    command("new-session", "-d", "-s", hubName, "-x", "80", "-y", "24", "sleep", "2147483647"),
  ];
}
