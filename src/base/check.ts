/**
 * What one look at the set-up found. `name` is short and stable, for machines and people; `host` names the jump host that it is
 * about. `fix` mends it: a command, or what to change where.
 */
export type Check = {
  readonly name: string;
  readonly host?: string;
  readonly verdict: "ok" | "warn" | "fail";
  readonly fact: string;
  readonly fix?: string;
};
