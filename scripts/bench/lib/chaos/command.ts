import type { CommandKind, PlannedCommand } from "./plan.ts";

/** One run of on-host.sh in a command. */
type Part = {
  readonly token: string;
  readonly kind: string;
  readonly number: number;
  readonly code: number;
};

/**
 * A command and what comes of it where nothing stops it: `lines` that it prints, the code that it exits with. `answer` is
 * what is to be typed when it asks.
 */
export type ChaosCommand = {
  readonly kind: CommandKind;
  readonly text: string;
  readonly tokens: readonly string[];
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly answer: string;
  readonly waitSeconds: number;
  readonly isInterrupted: boolean;
};

const filler = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const answer = "Kim Lee";

/** `token` is of this command alone. */
export function makeCommand(token: string, plan: PlannedCommand): ChaosCommand {
  const parts = partsOf(token, plan);
  const { kind, waitSeconds } = plan;
  const typed = parts.map((part) => `~/t ${part.token} ${part.kind} ${part.number} ${part.code}`);
  return {
    kind,
    text: typed.join("\n") + (after[kind] ?? ""),
    tokens: parts.map((part) => part.token),
    exitCode: kind === "kill9" ? 137 : (parts.at(-1)?.code ?? 0),
    lines: parts.flatMap(printed),
    answer: kind === "ask" ? answer : kind === "hidden" ? "hunter22" : "",
    waitSeconds,
    isInterrupted: plan.isInterrupted && kind === "slow",
  };
}

const after: Partial<Record<CommandKind, string>> = {
  nest: "; bash --norc",
  shelldeath: "; kill -9 $$",
  leave: "; exit 3",
};

function partsOf(token: string, { kind, size, code }: PlannedCommand): Part[] {
  switch (kind) {
    case "lines":
      return [{ token, kind, number: 1 + Math.floor(size * 40), code: 0 }];
    case "big":
      return [{ token, kind, number: 500 + Math.floor(size * size * 20_000), code: 0 }];
    case "slow":
      return [{ token, kind, number: 2 + Math.floor(size * 25), code }];
    case "two":
      return [
        { token: `${token}a`, kind: "lines", number: 1 + Math.floor(size * 5), code: 1 },
        { token: `${token}b`, kind: "lines", number: 2, code },
      ];
    case "code":
    case "ask":
    case "hidden":
    case "progress":
    case "kill9":
      return [{ token, kind, number: 0, code }];
    case "nest":
    case "shelldeath":
    case "leave":
      return [{ token, kind: "code", number: 0, code: 0 }];
  }
}

function printed({ token, kind, number }: Part): string[] {
  const counted = (rest = "") => Array.from({ length: number }, (_, at) => `OUT-${token}-${at + 1}${rest}`);
  switch (kind) {
    case "lines":
    case "slow":
      return counted();
    case "big":
      return counted(`-${filler}`);
    case "ask":
      return [`OUT-${token} your name? ${answer}`, `OUT-${token} got ${answer}`];
    case "hidden":
      return [`OUT-${token} secret:`, `OUT-${token} got 8 characters`];
    case "progress":
      return [`OUT-${token} done`];
    default:
      return [];
  }
}
