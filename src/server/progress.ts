const progressEveryMs = 1000;

/** Tells the client once a second that its call is alive; counters only. */
export type Notify = (progress: number, message: string) => void;

/** Runs `work`, announcing the seconds gone by; without `notify` it only runs it. */
export async function withProgress<T>(notify: Notify | undefined, work: () => Promise<T>): Promise<T> {
  if (notify === undefined) return work();
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += progressEveryMs / 1000;
    notify(seconds, `waiting for ${seconds} s`);
  }, progressEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
