import type { RE2JS } from "re2js";

// The compiled form that re2js 2.10.0 gives its own engines (src/Prog.js, src/Inst.js, src/Utils.js; read 2026-11-28).

/** What has to be true between two characters for an `assert` to be passed, as bits that are added. */
export const asserted = {
  beginLine: 1,
  endLine: 2,
  beginText: 4,
  endText: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const;

/** One step of a pattern: `next` and `other` are numbers of steps. A `character` step takes one of the ASCII `codes`. */
export type PatternStep =
  | { readonly kind: "split"; readonly next: number; readonly other: number }
  | { readonly kind: "jump"; readonly next: number }
  | { readonly kind: "assert"; readonly next: number; readonly needs: number }
  | { readonly kind: "character"; readonly next: number; readonly codes: ReadonlySet<number> }
  | { readonly kind: "match" | "fail" };

export type PatternProgram = { readonly start: number; readonly steps: readonly PatternStep[] };

const maxSteps = 2_000;
const op = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nop: 7,
  rune: 8,
  rune1: 9,
  runeAny: 10,
  runeAnyNotNewline: 11,
} as const;

/** The steps of a compiled pattern; undefined where it is too long, or of a kind that is not known here. */
export function readProgram(engine: RE2JS): PatternProgram | undefined {
  const { prog }: { readonly prog: unknown } = engine.re2Input;
  if (!isProgram(prog) || prog.inst.length > maxSteps) return undefined;
  const steps = prog.inst.map(readStep).filter((step) => step !== undefined);
  return steps.length === prog.inst.length ? { start: prog.start, steps } : undefined;
}

type Program = { readonly start: number; readonly inst: readonly unknown[] };
type Instruction = {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly matchRune: (rune: number) => unknown;
};

function readStep(instruction: unknown): PatternStep | undefined {
  if (!isInstruction(instruction)) return undefined;
  const { out: next, arg } = instruction;
  switch (instruction.op) {
    case op.alt:
    case op.altMatch:
      return { kind: "split", next, other: arg };
    case op.capture:
    case op.nop:
      return { kind: "jump", next };
    case op.emptyWidth:
      return { kind: "assert", next, needs: arg };
    case op.rune:
    case op.rune1:
      return { kind: "character", next, codes: codesWhere((code) => instruction.matchRune(code) === true) };
    case op.runeAny:
    case op.runeAnyNotNewline:
      return { kind: "character", next, codes: codesWhere(() => true) };
    case op.match:
      return { kind: "match" };
    case op.fail:
      return { kind: "fail" };
    default:
      return undefined;
  }
}

function codesWhere(takes: (code: number) => boolean): ReadonlySet<number> {
  return new Set(Array.from({ length: 128 }, (_, code) => code).filter(takes));
}

function isProgram(value: unknown): value is Program {
  return (
    typeof value === "object" &&
    value !== null &&
    "start" in value &&
    typeof value.start === "number" &&
    "inst" in value &&
    Array.isArray(value.inst)
  );
}

function isInstruction(value: unknown): value is Instruction {
  return (
    typeof value === "object" &&
    value !== null &&
    "op" in value &&
    typeof value.op === "number" &&
    "out" in value &&
    typeof value.out === "number" &&
    "arg" in value &&
    typeof value.arg === "number" &&
    "matchRune" in value &&
    typeof value.matchRune === "function"
  );
}
