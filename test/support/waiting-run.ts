import { until } from "./private-tmux.ts";
import type { ShellSession } from "./shell-session.ts";
import type { Situation } from "./waiting-situations.ts";

export type Told = { readonly situation: Situation; readonly told: string; readonly ms: number };

const waitSeconds = 2;

/** Runs the command, tells what a wait says of it, and ends it. */
export async function runSituation(session: ShellSession, situation: Situation): Promise<Told> {
  const { fields } = await session.run(situation.command, { wait_seconds: waitSeconds });
  const { state, awaiting } = fields;
  const isAwaiting = typeof awaiting === "object" && awaiting !== null && "kind" in awaiting;
  const told = state === "awaiting_input" && isAwaiting ? String(awaiting.kind) : String(state);
  const ms = Number(fields["duration_ms"]);
  // man has the screen long before its pager reads keys.
  if (told === "fullscreen")
    await until("it has drawn", async () => (await session.read({ view: "screen" })).fields["output"] !== "");
  await leave(session, situation.leave ?? ["C-c"]);
  return { situation, told, ms };
}

async function leave(session: ShellSession, keys: readonly string[]): Promise<void> {
  session.humanTypes(...keys);
  await until(
    "the program has ended",
    async () => (await session.read({ wait_seconds: 1 })).fields["state"] === "idle",
    10_000,
  );
}
