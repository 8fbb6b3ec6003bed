import { emptyLogs, type Login } from "./finish-login.ts";
import { markLateLogin } from "./late-login.ts";
import { lockInput } from "./lock-input.ts";
import { lockOpening } from "./lock-opening.ts";
import type { LoginWatch } from "./login-watch.ts";
import type { Readiness } from "./readiness.ts";
import { waitUntil } from "./wait.ts";
import type { Workplace } from "./workplace.ts";

/** sshd gives a login two minutes; some hosts give more. */
const limitMs = 15 * 60_000;

/** Waits until a human has brought the login to its end, and makes the session what it would have been at once. */
export async function awaitLogin(place: Workplace, login: Login, watch: LoginWatch): Promise<void> {
  const { context } = login;
  const { session_name: name, incarnation, epoch } = context.record;
  const isOver = (readiness: ReturnType<LoginWatch["judge"]>): Readiness | undefined =>
    readiness?.kind === "asks" ? undefined : readiness;
  const deadlineMs = performance.now() + limitMs;
  const end = await waitUntil(context, (look) => isOver(watch.judge(look)), deadlineMs, neverAborted);
  if (end.reason !== "decided" || end.value.kind !== "ready") return;
  await using _opening = await lockOpening(place, name, neverAborted);
  await using _input = await lockInput(context, neverAborted);
  const now = place.state.get(name);
  const isSame = now?.incarnation === incarnation && now.epoch === epoch && now.phase === "open";
  if (!isSame) return;
  await markLateLogin({ ...context, record: now }, neverAborted);
  emptyLogs(login.prepared);
}

const neverAborted = new AbortController().signal;
