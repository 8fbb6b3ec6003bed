import { UserError } from "../../base/user-error.ts";
import { carryOut } from "../install/carry-out.ts";
import { findClient } from "../install/find-client.ts";
import { requireLasting } from "../install/own-place.ts";
import { planFor, type Change } from "../install/plan.ts";
import { inspectClients } from "../install/registration.ts";
import type { Surroundings } from "../install/surroundings.ts";
import type { ClientChange } from "./plan.ts";
import type { Voice } from "./voice.ts";

/** The clients of this machine that could be given this program; `refusals` say why others, or all, cannot. */
export type ClientsAtHand = {
  readonly unregistered: readonly { readonly name: string; readonly title: string }[];
  readonly refusals: readonly { readonly message: string; readonly hint: string }[];
};

/** `anywhere`: also a program in a folder that is emptied from time to time. */
export function lookForClients(surroundings: Surroundings, anywhere: boolean): ClientsAtHand {
  const refusal = anywhere ? undefined : whyNot(surroundings);
  if (refusal !== undefined) return { unregistered: [], refusals: [refusal] };
  const present = inspectClients(surroundings).filter((state) => state.present);
  const plans = present.map(({ client }) => planFor("install", client, surroundings));
  return {
    unregistered: plans
      .filter(({ kind }) => kind === "change")
      .map(({ client: { name, title } }) => ({ name, title })),
    refusals: plans.filter((plan) => plan.kind === "refused"),
  };
}

/** What registering with these would change; `all` are those at hand. Throws UsageError for an unknown name, and why one cannot be. */
export function planClients(
  names: readonly string[],
  { unregistered }: ClientsAtHand,
  surroundings: Surroundings,
  anywhere: boolean,
): Change[] {
  const found = names.filter((name) => name !== "all").map(findClient);
  const refusal = names.length === 0 || anywhere ? undefined : whyNot(surroundings);
  if (refusal !== undefined) throw refusal;
  const all = names.includes("all") ? unregistered.map(({ name }) => findClient(name)) : [];
  return [...new Set([...found, ...all])].flatMap((client) => {
    const plan = planFor("install", client, surroundings);
    if (plan.kind === "refused") throw new UserError("STORAGE_FAILED", plan.message, plan.hint);
    return plan.kind === "change" ? [plan] : [];
  });
}

export function clientChange({ client: { name, title }, file: { path } }: Change): ClientChange {
  return { name, title, path };
}

/** False when one could not be registered; the others are all the same. */
export async function register(
  changes: readonly Change[],
  surroundings: Surroundings,
  voice: Voice,
): Promise<boolean> {
  let allDone = true;
  for (const change of changes) {
    try {
      await carryOut(change, surroundings);
      voice.good(`Registered with ${change.client.title}; restart it if it runs.`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      voice.bad(`${change.client.title}: ${error.message}`, error.hint);
      allDone = false;
    }
  }
  return allDone;
}

function whyNot({ command }: Surroundings): UserError | undefined {
  try {
    requireLasting(command);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
