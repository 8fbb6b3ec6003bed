import { existsSync, readFileSync } from "node:fs";

import { AskpassServer, type AskpassReply } from "./askpass-server.ts";
import { expandHome } from "./known-hosts.ts";
import { parseSshLog } from "./log.ts";
import type { HostOnTheWay } from "./prepare.ts";
import { hostWordsPrompts, recogniseQuestion, type Question } from "./question.ts";
import { resolveHost } from "./resolve.ts";
import type { SshVersion } from "./version.ts";

/**
 * What one session's ssh processes ask, each for its own host. Every secret is given once to one ssh: asked for again,
 * it was the wrong one. `failed` is aborted when one cannot be had, with the UserError as its reason.
 */
export class Questions implements Disposable {
  readonly #version: SshVersion;
  readonly #failed = new AbortController();
  readonly #given = new Set<string>();
  #isLeftToHuman = false;

  #server: AskpassServer | undefined;

  constructor(version: SshVersion) {
    this.#version = version;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Whether any secret was given, or asked of a human. */
  get anyAnswered(): boolean {
    return this.#given.size > 0;
  }

  /** The text of the file by which the ssh to this host asks, at the session's own `socket`. */
  async admit(socket: string, way: HostOnTheWay): Promise<string> {
    this.#server ??= new AskpassServer(socket);
    return this.#server.admit((prompt) => this.reply(way, prompt));
  }

  /** As `reply`, where nothing tells which ssh asks: it is that of the first host that is not logged in to. */
  async replyOnTerminal(ways: readonly HostOnTheWay[], prompt: string): Promise<AskpassReply> {
    const asking = ways.find(({ logFile }) => !parseSshLog(readLog(logFile)).authenticated);
    return asking === undefined || ways.some(hostHasAsked) ? "human" : this.reply(asking, prompt);
  }

  /** From now on a secret that cannot be had is asked of the human who is at it anyway. */
  leaveToHuman(): void {
    this.#isLeftToHuman = true;
  }

  async reply(way: HostOnTheWay, prompt: string): Promise<AskpassReply> {
    const question = await this.#recognise(way, prompt);
    if (question === undefined) return "human";
    const secret = way.secrets[question.kind];
    if (secret === undefined) return question.kind === "passphrase" ? "refuse" : "human";
    const use = [way.logFile, question.kind, "keyPath" in question ? question.keyPath : ""].join("\n");
    if (this.#given.has(use)) return "refuse";
    this.#given.add(use);
    try {
      const answer = await secret(this.#failed.signal);
      return answer === undefined ? "human" : { answer };
    } catch (error) {
      if (this.#isLeftToHuman) return "human";
      this.#failed.abort(error);
      return "wait";
    }
  }

  [Symbol.dispose](): void {
    this.#server?.[Symbol.dispose]();
  }

  /** Where a host may word whole prompts, nothing is recognised any more once it could have. */
  async #recognise(way: HostOnTheWay, prompt: string): Promise<Question | undefined> {
    if (hostWordsPrompts(this.#version) && hostHasAsked(way)) return undefined;
    const { user, host, hostKeyAlias, identityFiles } = await resolveHost(way.resolution);
    const keyPaths = way.keyPath === undefined ? identityFiles.map(expandHome) : [way.keyPath];
    const asker = { user, host: hostKeyAlias ?? host.toLowerCase(), keyPaths, version: this.#version };
    return recogniseQuestion(prompt, asker);
  }
}

function hostHasAsked({ logFile }: HostOnTheWay): boolean {
  return readLog(logFile).includes("Next authentication method: keyboard-interactive");
}

function readLog(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
