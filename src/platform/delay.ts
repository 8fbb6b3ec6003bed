/** Resolves after `timeoutMs`, or at once when the signal aborts. */
export function delay(timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, timeoutMs);
    if (signal.aborted) finish();
    else signal.addEventListener("abort", finish);
  });
}
