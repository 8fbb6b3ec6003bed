import { existsSync, rmSync } from "node:fs";

const timeoutMs = 5_000;
const pauseMs = 10;

/** Processes that are just ending may change it meanwhile; Bun's rmSync then throws, or leaves the rest in silence. */
export async function removeFolder(folder: string): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (existsSync(folder)) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
      await Bun.sleep(pauseMs);
    }
  }
}
