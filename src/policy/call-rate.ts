/** `perSecond` are given back, at most `burst` are there. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** A token bucket; `nowMs` is a clock that only goes forward. */
export class CallRate {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes one; where there is none, in how many milliseconds there will be. */
  take(nowMs: number): { readonly waitMs: number } | undefined {
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) / 1_000) * perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return { waitMs: Math.ceil(((1 - this.#tokens) / perSecond) * 1_000) };
    this.#tokens -= 1;
    return undefined;
  }
}
