import { targets } from "../../../test/fuzz/targets.ts";

export type FuzzOrder = { readonly inputs: number; readonly seed: number; readonly only: string };

export type FuzzReport =
  | { readonly kind: "tick"; readonly target: string; readonly done: number }
  | { readonly kind: "target"; readonly line: string }
  | { readonly kind: "end"; readonly violations: number };

const tickEvery = 200;
const report = (message: FuzzReport) => postMessage(message, []);

/** The inputs shared out among the targets by weight, each target with the same seed. */
async function work({ inputs, seed, only }: FuzzOrder): Promise<void> {
  const chosen = targets.filter(({ name }) => name.includes(only));
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  let violations = 0;
  for (const { name, weight, run } of chosen) {
    const share = Math.ceil((inputs * weight) / total);
    const started = performance.now();
    let done = 0;
    const tick = () => {
      if (done++ % tickEvery === 0) report({ kind: "tick", target: name, done });
    };
    const found = await run({ inputs: share, seed, tick });
    if (found !== undefined) violations++;
    const ms = Math.round(performance.now() - started);
    report({ kind: "target", line: found ?? `ok ${name}: ${share} inputs in ${ms} ms` });
  }
  report({ kind: "end", violations });
}

addEventListener("message", ({ data }: MessageEvent<FuzzOrder>) => void work(data));
