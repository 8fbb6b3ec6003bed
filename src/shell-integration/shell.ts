/** Kinds of shells by what they take: `posix` is dash and whatever calls itself sh, `korn` ksh93, mksh and their kin. */
export type Shell = "bash" | "zsh" | "fish" | "korn" | "posix" | "ash" | "tcsh";

const programs: Readonly<Record<string, Shell>> = {
  bash: "bash",
  zsh: "zsh",
  fish: "fish",
  dash: "posix",
  sh: "posix",
  ash: "ash",
  busybox: "ash",
  ksh: "korn",
  ksh93: "korn",
  mksh: "korn",
  lksh: "korn",
  oksh: "korn",
  tcsh: "tcsh",
};

/** The shell that a program of this name is (`loader-ready` reports it), undefined for all that we cannot integrate. */
export function shellOf(program: string): Shell | undefined {
  return Object.hasOwn(programs, program) ? programs[program] : undefined;
}
