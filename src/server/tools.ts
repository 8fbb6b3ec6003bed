import type { Tool } from "./define-tool.ts";
import { closeConnection } from "./tools/close-connection.ts";
import { executeCommand } from "./tools/execute-command.ts";
import { getServerInfo } from "./tools/get-server-info.ts";
import { getTerminalOutput } from "./tools/get-terminal-output.ts";
import { interruptCommand } from "./tools/interrupt-command.ts";
import { listAvailableConfigs } from "./tools/list-available-configs.ts";
import { listConnections } from "./tools/list-connections.ts";
import { openConnection } from "./tools/open-connection.ts";
import { searchOutput } from "./tools/search-output.ts";
import { sendInput } from "./tools/send-input.ts";
import { sendSecret } from "./tools/send-secret.ts";
import { transferFile } from "./tools/transfer-file.ts";

export const tools: readonly Tool[] = [
  listAvailableConfigs,
  openConnection,
  listConnections,
  executeCommand,
  getTerminalOutput,
  searchOutput,
  sendInput,
  sendSecret,
  interruptCommand,
  transferFile,
  closeConnection,
  getServerInfo,
];
