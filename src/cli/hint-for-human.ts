import type { UserError } from "../base/user-error.ts";

const mostNames = 10;

/** The hint of an error that reached a terminal, where nobody sees its details. */
export function hintForHuman({ code, hint, details }: UserError): string {
  const names: unknown = details?.["names"];
  if (code !== "CONFIG_NOT_FOUND" || !Array.isArray(names)) return hint;
  const add = "Add it: mcp-ssh-interactive add NAME";
  if (names.length === 0) return add;
  const others = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return `There are: ${names.slice(0, mostNames).join(", ")}${others}. ${add}`;
}
