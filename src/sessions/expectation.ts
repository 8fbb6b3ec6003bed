import { UserError } from "../base/user-error.ts";
import type { Where } from "./outcome.ts";

/** Throws EXPECTATION_FAILED where the shell reports another user, host or folder than expected, or none. */
export function assertExpected(sessionName: string, expect: Where, where: Where | undefined): void {
  const wrong = (["user", "host", "cwd"] as const).filter((name) => {
    const wanted = expect[name];
    return wanted !== undefined && !isMet(name, wanted, where);
  });
  if (wrong.length === 0) return;
  const unknown = where === undefined;
  throw new UserError(
    "EXPECTATION_FAILED",
    unknown
      ? `the shell of ${sessionName} does not report its user, host and folder; nothing was typed`
      : `${wrong.join(" and ")} of ${sessionName} is not what was expected; nothing was typed`,
    unknown
      ? "Leave out expect, or ask the shell itself first, for example with: id -un; hostname; pwd"
      : "details.where says where the shell is.",
    { details: { where } },
  );
}

function isMet(name: "user" | "host" | "cwd", wanted: string, where: Where | undefined): boolean {
  const actual = where?.[name];
  if (actual === undefined) return false;
  if (name === "host") return sameHost(wanted, actual);
  return actual === (name === "cwd" ? withoutSlash(wanted) : wanted);
}

/** Short or full, in any case. */
function sameHost(wanted: string, actual: string): boolean {
  const [left, right] = [wanted.toLowerCase(), actual.toLowerCase()];
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}

function withoutSlash(folder: string): string {
  return folder === "/" ? folder : folder.replace(/\/+$/, "");
}
