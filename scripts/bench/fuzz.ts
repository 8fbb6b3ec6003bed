import { parseArgs } from "node:util";

import type { FuzzReport } from "./lib/fuzz-worker.ts";

const longestSilenceMs = 60_000;
const maxResidentBytes = 1.5 * 2 ** 30;
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    target: { type: "string", default: "" },
  },
});

/**
 * Feeds made-up and damaged inputs to all that reads what a host, a client or another hand wrote. The work is done in a
 * worker, so that an input that never ends, or that fills the memory, is told too.
 */
async function main(): Promise<number> {
  console.log(`seed ${values.seed}`);
  const worker = new Worker(new URL("./lib/fuzz-worker.ts", import.meta.url));
  const ended = Promise.withResolvers<number>();
  let [current, done, peak, lastAtMs] = ["", 0, 0, performance.now()];
  worker.addEventListener("message", ({ data }: MessageEvent<FuzzReport>) => {
    lastAtMs = performance.now();
    if (data.kind === "tick") [current, done] = [data.target, data.done];
    else if (data.kind === "target") console.log(data.line);
    else ended.resolve(data.violations);
  });
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
    const silent = performance.now() - lastAtMs > longestSilenceMs;
    if (!silent && peak < maxResidentBytes) return;
    console.log(`${current}: ${silent ? "never ends" : "fills the memory"} at about input ${done}`);
    ended.resolve(1);
  }, 200);
  worker.postMessage({ inputs: Number(values.inputs), seed: Number(values.seed), only: values.target }, []);
  const violations = await ended.promise;
  clearInterval(watch);
  console.log(`${violations} violations, at most ${Math.round(peak / 2 ** 20)} MiB`);
  return violations === 0 ? 0 : 1;
}

process.exit(await main());
