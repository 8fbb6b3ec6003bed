import { select } from "@clack/prompts";

import { printable } from "../printable.ts";
import { ask, type Reply } from "./human.ts";

export type Decision = "again" | "drop" | "keep" | "left";

/** What becomes of a host that failed its test. */
export async function decideOnFailure(name: string, stop: AbortSignal): Promise<Decision> {
  for (;;) {
    const reply = await ask<Exclude<Decision, "left">>(
      (signal) =>
        select({
          message: `What now with ${printable(name)}?`,
          options: [
            { value: "again", label: "Try again" },
            { value: "drop", label: "Leave it out" },
            { value: "keep", label: "Write it all the same" },
          ],
          signal,
        }),
      stop,
    );
    if (reply.kind === "answer") return reply.value;
    if (reply.kind === "left") return "left";
  }
}

export function confirmRemoval(stop: AbortSignal): Promise<Reply<boolean>> {
  const options = [
    { value: true, label: "Yes" },
    { value: false, label: "No, leave it" },
  ];
  return ask<boolean>((signal) => select({ message: "Do this?", options, signal }), stop);
}
