import { existsSync, mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";

import { version } from "../../../package.json" with { type: "json" };
import { addConnection } from "../../config/edit-config.ts";
import { writeFileAtomically } from "../../platform/atomic-file.ts";
import { homeTree, openHomeTree, type HomeTree } from "../../platform/home-tree.ts";
import { runProcess } from "../../platform/run-process.ts";
import { requireHuman } from "../../policy/human-presence.ts";
import { connectToolClient, type ToolAnswer, type ToolClient } from "../../server/mcp-client.ts";
import type { Programs } from "../compose-sessions.ts";
import { ownCommand } from "../own-command.ts";
import { connectionKeys, type NewConnection } from "./plan.ts";

const killTimeoutMs = 5_000;

/** The real server on a throw-away tree, in which connections are tried before anything is written; disposing it leaves nothing. */
export class Trial implements AsyncDisposable {
  readonly tree: HomeTree;
  readonly #programs: Programs;
  readonly #locks: string;
  #client: ToolClient | undefined;

  /** `locks` are those of the user's own tree, which tell whether an agent's shell is at work here. */
  constructor(programs: Programs, locks: string) {
    const root = realpathSync(mkdtempSync("/tmp/mcp-ssh-init-"));
    this.tree = homeTree(root, process.getuid?.() ?? 0);
    this.#programs = programs;
    this.#locks = locks;
    openHomeTree(this.tree);
  }

  /** `home` is the user's, where `~` leads. */
  use(connections: readonly NewConnection[], home: string): void {
    const path = this.tree.configFile;
    const folders = { home, root: this.tree.root };
    let text = "";
    for (const connection of connections)
      text = addConnection({ text, path, folders }, connection.name, connectionKeys(connection));
    writeFileAtomically(path, text);
  }

  async call(tool: string, args: Readonly<Record<string, unknown>>): Promise<ToolAnswer> {
    this.#client ??= await connectOwn(this.tree.root, this.#programs);
    return this.#client.call(tool, args);
  }

  /** Runs another command of this program on the tree, with the human at the terminal; sessions stay meanwhile. Resolves to its exit code. Throws HUMAN_ONLY in an agent's own shell. */
  async handOver(words: readonly string[]): Promise<number> {
    if (existsSync(this.#locks)) {
      using _ = await requireHuman("mcp-ssh-interactive init", this.#locks);
    }
    await this.#endServer();
    return Bun.spawn([...ownCommand(), ...words, "--home", this.tree.root], {
      stdio: ["inherit", "inherit", "inherit"],
    }).exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endServer();
    const { tmux, env } = this.#programs;
    const kill = [tmux, "-S", this.tree.tmuxSocket, "kill-server"];
    await runProcess(kill, { env, timeoutMs: killTimeoutMs }).catch(() => undefined);
    await rm(this.tree.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  async #endServer(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.[Symbol.asyncDispose]();
  }
}

/** A real client of this very program on a tree. */
export function connectOwn(root: string, { env }: Pick<Programs, "env">): Promise<ToolClient> {
  return connectToolClient([...ownCommand(), "--home", root], env, "mcp-ssh-interactive init", version);
}
