import { UserError } from "../base/user-error.ts";
import { recordAct, type Gatehouse } from "../policy/gatehouse.ts";

type About = { readonly session: string; readonly connection: string; readonly client: string };

/** Records an opening before it begins, and that it failed. */
export async function recordedOpen<T>(
  gatehouse: Gatehouse,
  { reconnected, ...about }: About & { readonly reconnected: boolean },
  open: () => Promise<T>,
): Promise<T> {
  await recordAct(gatehouse, { act: "open", ...about, reconnected });
  try {
    return await open();
  } catch (error) {
    const failed = error instanceof UserError ? error.code : "ended early";
    await recordAct(gatehouse, { act: "open", ...about, failed }).catch(() => undefined);
    throw error;
  }
}
