import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ClientCapabilities } from "@modelcontextprotocol/sdk/types.js";

import { binary } from "../binary/binary.ts";
import type { LoopbackSshd } from "./loopback-sshd.ts";
import { tmuxProgram } from "./private-tmux.ts";
import { TempHome } from "./temp-home.ts";

export type ToolResult = {
  readonly text: string;
  readonly isError: boolean;
  /** The structured part, whose fields TOOLS.md names. */
  readonly fields: Record<string, unknown>;
  /** The code of an error, or undefined. */
  readonly code: string | undefined;
};

/** What the client says of itself. */
export type ClientSelf = { readonly name?: string; readonly capabilities?: ClientCapabilities };

type Host = Pick<LoopbackSshd, "user" | "port" | "clientKey" | "knownHostsFile"> & { readonly host?: string };

export type CallOptions = {
  /** Milliseconds, 120,000 unless given. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { message?: string | undefined }) => void;
};

/** One running server process, driven by the SDK's client over stdio. */
export class McpServer implements AsyncDisposable {
  readonly client: Client;
  readonly transport: StdioClientTransport;
  stderr = "";

  constructor(
    env: Readonly<Record<string, string>>,
    options: {
      readonly command?: string;
      readonly args?: readonly string[];
      readonly cwd?: string;
      readonly client?: ClientSelf;
    } = {},
  ) {
    this.transport = new StdioClientTransport({
      command: options.command ?? binary,
      args: [...(options.args ?? [])],
      env: { ...env },
      stderr: "pipe",
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.transport.stderr?.on("data", (bytes: Buffer) => (this.stderr += bytes.toString("utf8")));
    const { name = "test", capabilities = {} } = options.client ?? {};
    this.client = new Client({ name, version: "1" }, { capabilities });
  }

  /** The process id of the server. */
  get pid(): number {
    const { pid } = this.transport;
    if (pid === null) throw new Error("the server does not run");
    return pid;
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<ToolResult> {
    const result = await this.client.callTool({ name, arguments: args }, undefined, {
      timeout: 120_000,
      ...options,
    });
    const content: unknown = result["content"];
    const first: unknown = Array.isArray(content) ? content[0] : undefined;
    const fields = recordOf(result["structuredContent"]);
    const code = recordOf(fields["error"])["code"];
    return {
      text: String(recordOf(first)["text"]),
      isError: result["isError"] === true,
      fields,
      code: typeof code === "string" ? code : undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    if (/^\S+ failed: /m.test(this.stderr)) console.error(this.stderr);
  }
}

/** A home with one connection `lo` to the given sshd, and servers on it; disposing it ends them and their tmux. */
export class McpHome implements AsyncDisposable {
  readonly tempHome = new TempHome();
  readonly env: Record<string, string>;
  readonly #servers: McpServer[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.env = { HOME: this.tempHome.home, PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env };
  }

  get root(): string {
    return this.tempHome.root;
  }

  /** The lines of one connection of config.yml, `more` included, for the given sshd. */
  static connection(name: string, sshd: Host, more: readonly string[] = []): string {
    const lines = [
      `host: ${sshd.host ?? "127.0.0.1"}`,
      `user: ${sshd.user}`,
      `port: ${sshd.port}`,
      `key_path: ${sshd.clientKey}`,
      ...more,
    ];
    if (!more.some((line) => line.startsWith("ssh_options")))
      lines.push(`ssh_options: {UserKnownHostsFile: ${sshd.knownHostsFile}}`);
    return [`  ${name}:`, ...lines.map((line) => `    ${line}`), ""].join("\n");
  }

  writeConnections(...connections: readonly string[]): void {
    this.tempHome.writeConfig(`connections:\n${connections.join("")}`);
  }

  /** Starts another server process on this home and connects to it. */
  async start(
    options: {
      readonly command?: string;
      readonly args?: readonly string[];
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly client?: ClientSelf;
    } = {},
  ): Promise<McpServer> {
    const server = new McpServer({ ...this.env, ...options.env }, options);
    this.#servers.push(server);
    await server.client.connect(server.transport);
    return server;
  }

  get tmuxSocket(): string {
    return `${this.root}/tmux.sock`;
  }

  /** Standard output and errors of tmux on our socket. */
  tmux(...args: string[]): string {
    const { stdout, stderr } = Bun.spawnSync([this.#tmuxProgram(), "-u", "-S", this.tmuxSocket, ...args], {
      env: { PATH: this.env["PATH"] ?? "" },
    });
    return stdout.toString() + stderr.toString();
  }

  /** What the servers find, since versions far apart do not understand each other. */
  #tmuxProgram(): string {
    return Bun.which("tmux", { PATH: this.env["PATH"] ?? "" }) ?? tmuxProgram();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    this.tmux("kill-server");
    await this.tempHome[Symbol.asyncDispose]();
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
