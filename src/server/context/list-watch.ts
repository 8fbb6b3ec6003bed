import type { SessionService } from "../../sessions/outcome.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Tells that hosts or sessions came or went, to a client that has asked for a list and so may hold an old one. */
export class ListWatch {
  readonly #service: SessionService;
  readonly #subscriptions: Subscriptions;
  readonly #changed: (what: "resources" | "prompts", words: readonly string[]) => Promise<void>;
  #known: readonly string[] = [];

  constructor(
    service: SessionService,
    subscriptions: Subscriptions,
    changed: (what: "resources" | "prompts", words: readonly string[]) => Promise<void>,
  ) {
    this.#service = service;
    this.#subscriptions = subscriptions;
    this.#changed = changed;
  }

  resourcesListed(): void {
    const watch = () => this.#service.watch({ kind: "catalog" });
    this.#subscriptions.add("list of resources", watch, () => this.#compare());
    this.#known = this.#names();
  }

  /** The headings of the notes may change too. */
  promptsListed(): void {
    this.resourcesListed();
    const watch = () => this.#service.watch({ kind: "notes" });
    this.#subscriptions.add("list of prompts", watch, () => this.#changed("prompts", []));
  }

  async #compare(): Promise<void> {
    const before = this.#known;
    this.#known = this.#names();
    const words = [
      ...this.#known.filter((name) => !before.includes(name)).map((name) => `${name} came`),
      ...before.filter((name) => !this.#known.includes(name)).map((name) => `${name} went`),
    ];
    if (words.length === 0) return;
    await this.#changed("resources", words);
    if (words.some((word) => word.startsWith("connection"))) await this.#changed("prompts", []);
  }

  #names(): string[] {
    const { hosts, sessions } = this.#service.catalog();
    return [
      ...hosts.map(({ name, hasInfo }) => `connection ${name}${hasInfo ? " with notes" : ""}`),
      ...sessions.map(({ name }) => `session ${name}`),
    ];
  }
}
