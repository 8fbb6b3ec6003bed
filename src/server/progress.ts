const progressEveryMs = 1000;

/** Tells the client once a second that its call is alive; counters only. */
export type Notify = (progress: number, message: string) => void;

/** How far a call is, in bytes. */
export type Count = (bytes: number, total: number) => void;

/** Runs `work`, announcing the seconds gone by and what it counted; without `notify` it only runs it. */
export async function withProgress<T>(
  notify: Notify | undefined,
  work: (count: Count) => Promise<T>,
): Promise<T> {
  if (notify === undefined) return work(() => undefined);
  let seconds = 0;
  let counted = "";
  const timer = setInterval(() => {
    seconds += progressEveryMs / 1000;
    notify(seconds, `waiting for ${seconds} s${counted}`);
  }, progressEveryMs);
  try {
    return await work((bytes, total) => (counted = `, ${bytes} of ${total} bytes`));
  } finally {
    clearInterval(timer);
  }
}
