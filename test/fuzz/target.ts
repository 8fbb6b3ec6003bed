import * as fc from "fast-check";

/** `weight` is its share of the inputs. */
export type Target = {
  readonly name: string;
  readonly weight: number;
  /** What was found, with its seed and the shrunk input; `tick` is called before each input. */
  readonly run: (run: FuzzRun) => Promise<string | undefined>;
};

export type FuzzRun = { readonly inputs: number; readonly seed: number; readonly tick: () => void };

/** Far above what any input needs, also on a machine that does much else. */
const longestMs = 400;

/** `check` on inputs of `arbitrary`: it throws nothing, and takes bounded time. */
export function target<Input>(
  name: string,
  weight: number,
  arbitrary: fc.Arbitrary<Input>,
  check: (input: Input) => void | Promise<void>,
): Target {
  const checkInTime = async (input: Input) => {
    const first = await millisecondsOf(() => check(input));
    if (first < longestMs) return;
    const again = await millisecondsOf(() => check(input));
    if (again >= longestMs) throw new Error(`took ${Math.round(again)} ms`);
  };
  const run: Target["run"] = async ({ inputs, seed, tick }) => {
    const property = fc.asyncProperty(arbitrary, (input) => {
      tick();
      return checkInTime(input);
    });
    const details = await fc.check(property, { numRuns: inputs, seed });
    if (!details.failed) return undefined;
    const why = details.errorInstance instanceof Error ? details.errorInstance.message : "";
    return `${name}: ${why}\n${fc.defaultReportMessage(details)}`;
  };
  return { name, weight, run };
}

/** Says so when the two differ, showing the beginning of both. */
export function same(what: string, left: unknown, right: unknown): void {
  if (Bun.deepEquals(left, right)) return;
  const show = (value: unknown) => JSON.stringify(value)?.slice(0, 400);
  throw new Error(`${what}: ${show(left)} is not ${show(right)}`);
}

export function holds(what: string, isTrue: boolean): void {
  if (!isTrue) throw new Error(what);
}

async function millisecondsOf(work: () => void | Promise<void>): Promise<number> {
  const started = performance.now();
  const pending = work();
  if (pending instanceof Promise) await pending;
  return performance.now() - started;
}
