import type { Account } from "./account.ts";
import type { LoopbackSshd } from "./loopback-sshd.ts";
import { McpHome, type ClientSelf, type McpServer, type ToolResult } from "./mcp-server.ts";

/** A session `s` of an account with sudo, whose connection names the account's password as the secret `sudo`, and others. */
export class SecretSession implements AsyncDisposable {
  readonly account: Account;
  readonly sshd: LoopbackSshd;
  readonly home: McpHome;
  readonly server: McpServer;

  private constructor(account: Account, sshd: LoopbackSshd, home: McpHome, server: McpServer) {
    this.account = account;
    this.sshd = sshd;
    this.home = home;
    this.server = server;
  }

  /** `secrets` are lines of the connection's `secrets:`; `settings` those of `settings:`. */
  static async open(
    account: Account,
    {
      secrets,
      settings = [],
      client = {},
    }: {
      readonly secrets: readonly string[];
      readonly settings?: readonly string[];
      readonly client?: ClientSelf;
    },
  ): Promise<SecretSession> {
    const sshd = await account.sshd();
    const home = new McpHome();
    const host = {
      user: account.name,
      port: sshd.port,
      clientKey: sshd.clientKey,
      knownHostsFile: sshd.knownHostsFile,
    };
    const lines = ["secrets:", ...secrets.map((line) => `  ${line}`)];
    const connection = McpHome.connection("lo", host, lines);
    home.tempHome.writeConfig(
      [
        `connections:`,
        connection,
        ...(settings.length === 0 ? [] : ["settings:", ...settings.map((line) => `  ${line}`)]),
        "",
      ].join("\n"),
    );
    const session = new SecretSession(account, sshd, home, await home.start({ client }));
    const opened = await session.open();
    if (opened.isError) throw new Error(opened.text);
    return session;
  }

  open(): Promise<ToolResult> {
    return this.server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  }

  run(command: string, more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.server.call("execute_command", { session_name: "s", command, wait_seconds: 20, ...more });
  }

  read(more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.server.call("get_terminal_output", { session_name: "s", ...more });
  }

  send(more: Record<string, unknown>): Promise<ToolResult> {
    return this.server.call("send_input", { session_name: "s", ...more });
  }

  sendSecret(more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.server.call("send_secret", { session_name: "s", wait_seconds: 20, ...more });
  }

  interrupt(): Promise<ToolResult> {
    return this.server.call("interrupt_command", { session_name: "s", wait_seconds: 10 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
    await this.sshd[Symbol.asyncDispose]();
    await this.account[Symbol.asyncDispose]();
  }
}
