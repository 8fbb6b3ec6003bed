import type { ControllingTerminal } from "../../platform/controlling-terminal.ts";
import type { Approval } from "../../policy/approval.ts";
import { decide } from "../../policy/decide.ts";
import { askConsent, humanBy, requireHuman, type Consent } from "../../policy/human-presence.ts";
import { renderApproval } from "../../policy/render-approval.ts";
import { showExactly } from "../../policy/show-exactly.ts";
import { exitCodes, type Invocation, type RunCommand } from "../command.ts";
import { editText } from "./edit-text.ts";
import { findPending } from "./find-pending.ts";
import { gatehouseOf } from "./gatehouse-of.ts";
import { pageSize, showPages } from "./show-pages.ts";

/** A human says yes to what agents want to type, one after the other; `--edit` changes it first. */
export const approve: RunCommand = async (invocation) => {
  const [id] = invocation.words;
  const { tree, gatehouse } = gatehouseOf(invocation);
  using terminal = await requireHuman(
    ["mcp-ssh-interactive approve", ...invocation.words].join(" "),
    tree.locks,
  );
  const pending = findPending(gatehouse.approvals, id);
  if (pending.length === 0) invocation.stdout("Nothing waits for an answer.\n");
  let last: Consent = "given";
  for (const approval of pending) {
    const seen = await showAndEdit(approval, terminal, invocation);
    if (seen === undefined) return exitCodes.interrupted;
    const { edited } = seen;
    last = await askConsent(terminal, "To let it through just so");
    if (last === "interrupted") return exitCodes.interrupted;
    if (last === "refused") continue;
    const by = humanBy("at a terminal");
    const isDone = await decide(gatehouse, approval, {
      state: "approved",
      by,
      ...(edited === undefined ? {} : { edited }),
    });
    invocation.stdout(
      `${approval.id}: ${isDone ? "approved" : "it was decided meanwhile, or has expired"}\n`,
    );
  }
  return last === "given" ? exitCodes.done : exitCodes.failed;
};

/** Undefined when the human has left before all of it was shown. */
async function showAndEdit(
  approval: Approval,
  terminal: ControllingTerminal,
  { flags, root, env }: Invocation,
): Promise<{ readonly edited?: string } | undefined> {
  const size = pageSize(process.stdout);
  if (!(await showPages(terminal, renderApproval(approval), size))) return undefined;
  if (!flags.has("--edit") || approval.what !== "command") return {};
  const edited = await editText(approval.text, root, env);
  if (edited === approval.text) return {};
  const isSeen = await showPages(terminal, `It becomes:\n\n${showExactly(edited)}\n`, size);
  return isSeen ? { edited } : undefined;
}
