import * as z from "zod";

import { isSessionName } from "../base/session-name.ts";

export const defaultLines = 200;
export const defaultLinesWhileRunning = 50;
export const defaultChars = 8000;

/** The parameters that several tools share, each with its own words where they differ. */
export function sessionName(description = "An open session"): z.ZodString {
  return z.string().refine(isSessionName, "must be 1 to 64 letters, digits, _ or -").describe(description);
}

export function configName(): z.ZodString {
  return z.string().describe("A name from list_available_configs");
}

export function waitSeconds(description: string): z.ZodOptional<z.ZodNumber> {
  return z.number().min(0).max(3600).optional().describe(description);
}

export function waitFor(): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .optional()
    .describe(
      "RE2 pattern: return once a line of output matches it, of the last 1 MiB there already too. Waits 30 s unless wait_seconds is given",
    );
}

/** What a call waits that names a pattern and no time. */
export const waitForSeconds = 30;

export function numLines(description: string): z.ZodOptional<z.ZodNumber> {
  return z.int().min(1).max(10_000).optional().describe(description);
}

export function maxChars(): z.ZodOptional<z.ZodNumber> {
  return z
    .int()
    .min(1000)
    .max(40_000)
    .optional()
    .describe(`Most characters of output, default ${defaultChars}`);
}
