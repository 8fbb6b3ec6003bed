import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { McpHome, type McpServer, type ToolResult } from "../../../test/support/mcp-server.ts";
import { terminalSize, type BenchHost } from "./bench-host.ts";

export type Surrounding =
  | "plain"
  | "two-line prompt"
  | "slow link"
  | "nested"
  | "after a flood"
  | "noise at login";

/** A session in which one command after the other is run; it is opened anew when a command left it unusable. */
export class BenchSession {
  readonly #server: McpServer;
  readonly #host: BenchHost;
  readonly #surrounding: Surrounding;
  readonly #name: string;

  constructor(server: McpServer, host: BenchHost, surrounding: Surrounding) {
    this.#server = server;
    this.#host = host;
    this.#surrounding = surrounding;
    this.#name = `${host.shell.name}-${surrounding.replaceAll(" ", "-")}`;
  }

  async open(): Promise<void> {
    const { shell } = this.#host;
    this.#host.prepare({
      twoLines: this.#surrounding === "two-line prompt",
      noise: this.#surrounding === "noise at login",
    });
    const opened = await this.#server.call("open_connection", {
      connection_config_name: connectionName(shell.name, this.#surrounding === "slow link"),
      session_name: this.#name,
      timeout_seconds: 60,
      ...terminalSize,
    });
    if (opened.isError) throw new Error(opened.text);
    if (this.#surrounding === "after a flood") await this.run("seq 1 200000");
    if (this.#surrounding !== "nested") return;
    const inner = await this.run(shell.argv.slice(0, -1).join(" "));
    if (inner.fields["ended_by"] !== "nested_prompt") throw new Error(inner.text);
  }

  async run(command: string, more: Record<string, unknown> = {}): Promise<ToolResult> {
    return this.#server.call("execute_command", {
      session_name: this.#name,
      command,
      wait_seconds: 15,
      num_lines: 10_000,
      max_chars: 40_000,
      ...more,
    });
  }

  /** Back to an idle prompt, in a new session where that needs one. */
  async recover(): Promise<void> {
    await this.#server.call("interrupt_command", { session_name: this.#name, wait_seconds: 3 });
    const { fields } = await this.run("true", { wait_seconds: 5 });
    if (fields["exit_code"] === 0) return;
    await this.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.#server.call("close_connection", { session_name: this.#name, force: true });
  }
}

export function connectionName(shell: string, isSlow: boolean): string {
  return isSlow ? `${shell}-slow` : shell;
}

/** Writes the connections of these hosts, and of those behind the ports of slow links. */
export function writeConnections(
  home: McpHome,
  hosts: readonly BenchHost[],
  slow: readonly { readonly host: BenchHost; readonly port: number }[] = [],
): void {
  home.writeConnections(
    ...hosts.map(({ shell, sshd }) => McpHome.connection(connectionName(shell.name, false), sshd)),
    ...slow.map(({ host: { shell, sshd }, port }) =>
      slowConnection(connectionName(shell.name, true), sshd, port),
    ),
  );
}

/** The host key is known under the relay's port. */
function slowConnection(name: string, sshd: BenchHost["sshd"], port: number): string {
  const knownHostsFile = join(sshd.folder, "known_hosts_slow");
  writeFileSync(
    knownHostsFile,
    readFileSync(sshd.knownHostsFile, "utf8").replace(`:${sshd.port} `, `:${port} `),
  );
  const { user, clientKey } = sshd;
  return McpHome.connection(name, { user, clientKey, port, knownHostsFile });
}
