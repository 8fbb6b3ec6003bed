import type { NamedSecret } from "../config/connection-config.ts";

/** A process that has the session's terminal open, as the host says; `leader` is the login shell, `child` started by it. */
export type Holder = {
  readonly pid: number;
  readonly realUid: number;
  readonly effectiveUid: number;
  readonly isInFront: boolean;
  readonly place: "leader" | "child" | "other";
  readonly hasChildren: boolean;
  readonly program: string;
};

export type HeldTerminal = {
  readonly canonical: boolean;
  readonly echo: boolean;
  /** Ctrl+D is its end-of-file character. */
  readonly eofIsCtrlD: boolean;
  readonly holders: readonly Holder[];
};

/** The program that may be given a secret; `reason` says, in our words, why there is none. */
export type AskerFinding = { readonly asker: Asker } | { readonly reason: string };
export type Asker = { readonly pid: number; readonly program: string; readonly takesEof: boolean };

const trusted = /^(?:sudo|su)$/;

/**
 * The one program that a secret may be given to by itself: sudo or su, set-uid root, started by the login shell of an
 * ordinary account, reading a hidden line, with nothing else on its terminal that could read along or take its place.
 */
export function findAsker({ canonical, echo, eofIsCtrlD, holders }: HeldTerminal): AskerFinding {
  const [asker, ...beside] = holders.filter(({ isInFront }) => isInFront);
  const shell = holders.find(({ place }) => place === "leader");
  if (asker === undefined || shell === undefined) return { reason: "the host does not tell what asks" };
  if (beside.length > 0) return { reason: "several programs have the terminal in front" };
  if (!trusted.test(asker.program)) return { reason: "what asks is neither sudo nor su" };
  if (asker.place !== "child")
    return { reason: `${asker.program} was not started by the login shell itself` };
  if (shell.realUid === 0)
    return { reason: "the account is root already, which neither asks for a password" };
  const isSetUid = asker.effectiveUid === 0 && asker.realUid === shell.realUid;
  if (!isSetUid) return { reason: `what is named ${asker.program} does not run as the real one does` };
  if (asker.hasChildren) return { reason: `${asker.program} runs a command already` };
  if (!canonical || echo) return { reason: "what is typed there is not a hidden line" };
  const isAlone = holders.length === 2;
  if (!isAlone) return { reason: "another program has the same terminal open and could read along" };
  return { asker: { pid: asker.pid, program: asker.program, takesEof: eofIsCtrlD } };
}

/** The program that a secret is for: `for` of the configuration; without it, `sudo` and `su` are for their namesakes. */
export function programOf(name: string, secret: Pick<NamedSecret, "for">): string | undefined {
  return secret.for ?? (trusted.test(name) ? name : undefined);
}

/** The first secret that is for this program and may be given to it by itself, or undefined. */
export function secretFor(program: string, secrets: Secrets): string | undefined {
  return trusted.test(program) ? secretNaming(program, secrets) : undefined;
}

/** The first secret that is for this program, or undefined. */
export function secretNaming(program: string, secrets: Secrets): string | undefined {
  for (const [name, secret] of secrets) if (isFor(name, secret, program)) return name;
  return undefined;
}

/** Of a program's name the host tells the first 15 letters. */
export function isFor(name: string, secret: Pick<NamedSecret, "for">, program: string): boolean {
  return programOf(name, secret)?.slice(0, maxNameChars) === program;
}

const maxNameChars = 15;

type Secrets = ReadonlyMap<string, Pick<NamedSecret, "for">>;
