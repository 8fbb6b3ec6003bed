import { Random } from "./random.ts";

const commandKinds = [
  ["lines", 26],
  ["code", 18],
  ["two", 6],
  ["slow", 14],
  ["big", 7],
  ["ask", 9],
  ["hidden", 4],
  ["progress", 4],
  ["kill9", 4],
  ["nest", 4],
  ["shelldeath", 2],
  ["leave", 2],
] as const;
const actions = [
  ["run", 60],
  ["view", 16],
  ["search", 8],
  ["list", 6],
  ["rivals", 6],
  ["close", 2],
  ["idle", 2],
] as const;
const faultKinds = [
  ["server killed", 12],
  ["server stopped", 8],
  ["ssh killed", 8],
  ["wrapper killed", 4],
  ["recorder killed", 5],
  ["sshd session killed", 6],
  ["sshd restarted", 4],
  ["link cut", 6],
  ["link stalled", 5],
  ["link delayed", 4],
  ["link lossy", 4],
  ["link down", 5],
  ["tmux killed", 3],
  ["tmux stopped", 4],
  ["tmux socket removed", 2],
  ["lock holder stopped", 5],
  ["state.json cut", 3],
  ["state.json removed", 3],
  ["laptop asleep", 3],
] as const;

export type CommandKind = (typeof commandKinds)[number][0];
export type Action = (typeof actions)[number][0];
export type FaultKind = (typeof faultKinds)[number][0];

/** `size` and `code` are of whatever the kind makes of them; `pick` chooses among what there is then. */
export type PlannedCommand = {
  readonly kind: CommandKind;
  readonly size: number;
  readonly code: number;
  readonly waitSeconds: number;
  readonly isInterrupted: boolean;
};

/** `client` makes the call, `other` goes on with what it began; `pick` is from 0 to below 1. */
export type Step = {
  readonly number: number;
  readonly client: number;
  readonly other: number;
  readonly action: Action;
  readonly command: PlannedCommand;
  readonly second: PlannedCommand;
  readonly pick: number;
};

export type PlannedFault = {
  readonly number: number;
  readonly afterMs: number;
  readonly kind: FaultKind;
  readonly target: number;
  readonly lastsMs: number;
};

/** What is done in one session, without end; each step draws as many numbers as the others, whatever comes of it. */
export function* planSteps(seed: number, session: string, clients: number): Generator<Step, never> {
  const random = new Random(seed).fork(session);
  for (let number = 1; ; number++) {
    const client = random.between(0, clients - 1);
    const other = random.between(0, clients - 1);
    const action = random.weighted(actions);
    const [command, second] = [planCommand(random), planCommand(random)];
    yield { number, client, other, action, command, second, pick: random.next() };
  }
}

function planCommand(random: Random): PlannedCommand {
  return {
    kind: random.weighted(commandKinds),
    size: random.next(),
    code: random.between(0, 125),
    waitSeconds: [0, 0, 1, 5, 15, 30][random.between(0, 5)] ?? 0,
    isInterrupted: random.isTrue(0.3),
  };
}

/** What is done to everything, without end; `everyMs` is the mean time between two. */
export function* planFaults(seed: number, everyMs: number): Generator<PlannedFault, never> {
  const random = new Random(seed).fork("faults");
  for (let number = 1; ; number++) {
    yield {
      number,
      afterMs: Math.round(2 * everyMs * random.next()),
      kind: random.weighted(faultKinds),
      target: random.next(),
      lastsMs: random.between(300, 6_000),
    };
  }
}

export const allFaultKinds: readonly FaultKind[] = faultKinds.map(([kind]) => kind);
