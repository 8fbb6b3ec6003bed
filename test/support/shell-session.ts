import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "./loopback-sshd.ts";
import { McpHome, type CallOptions, type McpServer, type ToolResult } from "./mcp-server.ts";

export type ShellOptions = {
  /** Absolute path of the login shell, instead of the account's. */
  readonly shell?: string;
  /** Files of the remote home, as its start-up files, by their names there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly setEnv?: Readonly<Record<string, string>>;
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
};

const sessionName = "s";

/** A session named `s` of the compiled server on a loopback sshd with a shell of the test's choice. */
export class ShellSession implements AsyncDisposable {
  readonly sshd: LoopbackSshd;
  readonly home: McpHome;
  readonly server: McpServer;

  private constructor(sshd: LoopbackSshd, home: McpHome, server: McpServer) {
    this.sshd = sshd;
    this.home = home;
    this.server = server;
  }

  static async open({
    shell,
    files = {},
    setEnv = {},
    config = [],
  }: ShellOptions = {}): Promise<ShellSession> {
    const sshd = await startLoopbackSshd({ ...(shell === undefined ? {} : { shell }), setEnv, config });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(sshd.home, name), text);
    const home = new McpHome();
    home.writeConnections(McpHome.connection("lo", sshd));
    const session = new ShellSession(sshd, home, await home.start());
    const opened = await session.open(sessionName);
    if (opened.isError) {
      await session[Symbol.asyncDispose]();
      throw new Error(opened.text);
    }
    return session;
  }

  open(name: string): Promise<ToolResult> {
    return this.server.call("open_connection", { connection_config_name: "lo", session_name: name });
  }

  run(command: string, more: Record<string, unknown> = {}, options: CallOptions = {}): Promise<ToolResult> {
    const args = { session_name: sessionName, command, wait_seconds: 20, ...more };
    return this.server.call("execute_command", args, options);
  }

  read(more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.server.call("get_terminal_output", { session_name: sessionName, ...more });
  }

  interrupt(more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.server.call("interrupt_command", { session_name: sessionName, ...more });
  }

  /** Types as a human at the terminal would: words for `tmux send-keys`. */
  humanTypes(...keys: string[]): void {
    const failure = this.home.tmux("send-keys", "-t", `=mcp-${sessionName}:`, ...keys);
    if (failure !== "") throw new Error(failure);
  }

  /** What the recorder has written, whole. */
  log(): string {
    return readFileSync(join(this.home.root, "logs", `${sessionName}.log`), "utf8");
  }

  remotePath(name: string): string {
    return join(this.sshd.home, name);
  }

  /** Content of a file of the remote home, undefined while it does not exist. */
  remoteFile(name: string): string | undefined {
    return existsSync(this.remotePath(name)) ? readFileSync(this.remotePath(name), "utf8") : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
    await this.sshd[Symbol.asyncDispose]();
  }
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
