/** The variable that makes this program ssh's askpass: the path of a file with the socket and the token, a line each. */
export const askpassVariable = "MCP_SSH_INTERACTIVE_ASKPASS";
