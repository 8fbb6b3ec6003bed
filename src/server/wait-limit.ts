const longestWaitSeconds = 3600;
const unknownClientSeconds = 50;

/** `defaultSeconds` of execute_command; `maxSeconds` is what the client bears, 50 where nothing is known of it. */
export type WaitLimits = { readonly defaultSeconds: number; readonly maxSeconds: number };

export function waitLimits(settings: {
  readonly waitSeconds?: number | undefined;
  readonly maxWaitSeconds?: number | undefined;
}): WaitLimits {
  return {
    defaultSeconds: settings.waitSeconds ?? 0,
    maxSeconds: settings.maxWaitSeconds ?? unknownClientSeconds,
  };
}

/** The wait that is made of the one asked for. */
export function effectiveWaitSeconds(asked: number, { maxSeconds }: WaitLimits): number {
  return Math.max(0, Math.min(asked, maxSeconds, longestWaitSeconds));
}
