import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

/** What it took until the agent knew what it wanted to know. Tokens: characters of arguments and results by four. */
export type Known = {
  readonly calls: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly known: boolean;
};

const session = { session_name: "bench" };
/** As a careful agent does between two looks. */
const lookEveryMs = 1_000;
const patienceMs = 30_000;
const waitSeconds = 20;

/** Works as an agent does that waits where the tool can wait, and looks once a second where it cannot. */
export class BenchAgent implements AsyncDisposable {
  readonly toolTokens: number;
  readonly startSeconds: number;
  readonly #client: Client;
  readonly #waits: boolean;
  #calls = 0;
  #characters = 0;

  private constructor(client: Client, tools: readonly Tool[], startSeconds: number) {
    this.#client = client;
    this.startSeconds = startSeconds;
    this.toolTokens = Math.round(JSON.stringify(tools).length / 4);
    const execute = tools.find(({ name }) => name === "execute_command");
    this.#waits = "wait_seconds" in (execute?.inputSchema.properties ?? {});
  }

  static async start(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<BenchAgent> {
    const [command = "", ...args] = argv;
    const startedAtMs = performance.now();
    const client = new Client({ name: "bench", version: "1" });
    await client.connect(new StdioClientTransport({ command, args, env: { ...env }, stderr: "ignore" }));
    const { tools } = await client.listTools();
    return new BenchAgent(client, tools, (performance.now() - startedAtMs) / 1_000);
  }

  open(): Promise<Known> {
    return this.#count(async () => {
      const text = await this.#call("open_connection", { connection_config_name: "lo", ...session });
      return this.#waits ? /"state":"idle"|idle/.test(text) : this.#look(/[$#] *$/m);
    });
  }

  /** Until the output and the prompt behind it were seen. */
  run(command: string, wanted: RegExp): Promise<Known> {
    return this.#count(() => this.#runToEnd(command, wanted));
  }

  exitCode(command: string, code: number): Promise<Known> {
    return this.#count(async () => {
      if (this.#waits) return (await this.#execute(command)).includes(`exited ${code}`);
      await this.#execute(command);
      return this.#runToEnd("echo code=$?", new RegExp(`^code=${code}$`, "m"));
    });
  }

  interrupt(command: string): Promise<Known> {
    return this.#count(async () => {
      await this.#call("execute_command", { ...session, command });
      const text = await this.#call("interrupt_command", session);
      return this.#waits ? text.includes("idle") : this.#look(/\^C[^]*[$#] *$/m);
    });
  }

  close(): Promise<Known> {
    return this.#count(async () => (await this.#call("close_connection", session)) !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  async #runToEnd(command: string, wanted: RegExp): Promise<boolean> {
    const text = await this.#execute(command);
    return wanted.test(text) || this.#look(wanted);
  }

  #execute(command: string): Promise<string> {
    const wait = this.#waits ? { wait_seconds: waitSeconds } : {};
    return this.#call("execute_command", { ...session, command, ...wait });
  }

  async #look(wanted: RegExp): Promise<boolean> {
    const untilMs = performance.now() + patienceMs;
    while (performance.now() < untilMs) {
      if (wanted.test(await this.#call("get_terminal_output", session))) return true;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    return false;
  }

  async #count(work: () => Promise<boolean>): Promise<Known> {
    this.#calls = 0;
    this.#characters = 0;
    const startedAtMs = performance.now();
    const known = await work();
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return { calls: this.#calls, tokens: Math.round(this.#characters / 4), seconds, known };
  }

  /** The text of a result, with the line feeds that JSON in it escapes. */
  async #call(name: string, args: Readonly<Record<string, unknown>>): Promise<string> {
    const result = await this.#client.callTool({ name, arguments: { ...args } });
    const content: unknown = result["content"];
    const first: unknown = Array.isArray(content) ? content[0] : undefined;
    const text = typeof first === "object" && first !== null && "text" in first ? String(first.text) : "";
    this.#calls += 1;
    this.#characters += JSON.stringify({ name, args }).length + text.length;
    return text.replaceAll(String.raw`\n`, "\n");
  }
}

type Tool = {
  readonly name: string;
  readonly inputSchema: { readonly properties?: Readonly<Record<string, unknown>> | undefined };
};
