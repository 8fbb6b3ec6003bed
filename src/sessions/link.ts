/** Whether the link to the host still passes bytes: it has stalled where something was sent and nothing came back for 5 s. */
export class Link {
  #unansweredAt: number | undefined;

  /** What was sent when the log ended at `offset` had no answer in time. */
  noteSilence(offset: number): void {
    this.#unansweredAt = offset;
  }

  noteAnswer(): void {
    this.#unansweredAt = undefined;
  }

  /** Any byte that has come since shows that the link passes them again. */
  at(offset: number): "ok" | "stalled" {
    return this.#unansweredAt === offset ? "stalled" : "ok";
  }
}

/** So long nothing comes back over a link that is merely slow. */
export const stallMs = 5_000;
