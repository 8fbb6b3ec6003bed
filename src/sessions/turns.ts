/** Lets pieces of work run one after the other, in the order in which they asked. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #between: () => void;

  /** `between` is called after each piece. */
  constructor(between: () => void = () => {}) {
    this.#between = between;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined).then(this.#between);
    return turn;
  }
}
