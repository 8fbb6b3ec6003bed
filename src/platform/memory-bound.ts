const dueBytes = 110 * 1_048_576;
const stepBytes = 10 * 1_048_576;

/** Keeps what a process has resident near what it needs: left alone, JavaScriptCore lets garbage gather to several times that. */
export class MemoryBound {
  #dueBytes = dueBytes;

  /** To be called between pieces of work; collects only where the process has grown, which takes some 15 ms. */
  keep(): void {
    if (process.memoryUsage.rss() < this.#dueBytes) return;
    Bun.gc(true);
    this.#dueBytes = Math.max(dueBytes, process.memoryUsage.rss() + stepBytes);
  }
}
