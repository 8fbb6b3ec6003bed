/** mulberry32: the same seed gives the same numbers on every machine. */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whole, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  isTrue(share: number): boolean {
    return this.next() < share;
  }

  /** One of the names, as often as its weight says. */
  weighted<Name extends string>(weights: readonly (readonly [Name, number])[]): Name {
    let left = this.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
    const chosen = weights.find(([, weight]) => (left -= weight) < 0) ?? weights[0];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen[0];
  }

  /** Numbers of their own for `label`, however many were drawn here before. */
  fork(label: string): Random {
    let seed = this.#seed ^ 0x811c9dc5;
    for (const character of label) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return new Random(seed);
  }
}
