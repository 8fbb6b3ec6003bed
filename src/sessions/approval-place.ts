import { createHash } from "node:crypto";

import type { HiddenQuestion } from "./hidden-question.ts";
import type { Look, SessionContext } from "./look.ts";

/** Any other input, another shell, another folder and a new connection each make another place of it. */
export function bindingOf(session: SessionContext, current: Look): string {
  const { marks, offset } = session.terminal;
  const place =
    isExactPrompt(current) && marks !== undefined
      ? [marks.aid, marks.counter, marks.where?.cwd ?? ""]
      : ["", offset, ""];
  return digest(session, place);
}

/** What runs may print meanwhile, but a line that was sent voids it. */
export function bindingOfUpload({
  record: { incarnation, epoch },
  terminal: { marks },
}: SessionContext): string {
  return JSON.stringify(["upload", incarnation, epoch, marks?.aid, marks?.counter]);
}

/** Anything that was shown or typed since, and another program, shell or connection, each make another question of it. */
export function bindingOfSecret(
  session: SessionContext,
  { line, front, asker, offset }: HiddenQuestion,
): string {
  const { marks } = session.terminal;
  const typed = session.ledger.find(() => true);
  return digest(session, ["secret", marks?.aid, marks?.counter, typed, offset, line, asker, front]);
}

export function isExactPrompt({ state, confidence }: Look): boolean {
  return state === "idle" && confidence === "exact";
}

function digest({ record: { incarnation, epoch } }: SessionContext, place: readonly unknown[]): string {
  return createHash("sha256")
    .update(JSON.stringify([incarnation, epoch, ...place]))
    .digest("hex")
    .slice(0, 32);
}
