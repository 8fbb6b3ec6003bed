/** The command with which a human types a hidden answer into the session. */
export function humanAnswers(sessionName: string): string {
  return `mcp-ssh-interactive answer ${sessionName}`;
}
