import { decide } from "../../policy/decide.ts";
import { humanBy } from "../../policy/human-presence.ts";
import { renderApproval } from "../../policy/render-approval.ts";
import { exitCodes, type RunCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { findPending } from "./find-pending.ts";
import { gatehouseOf } from "./gatehouse-of.ts";

/** A human says no; the words of `--say` reach the agent. Needs no terminal: it lets nothing through. */
export const deny: RunCommand = async (invocation) => {
  const { gatehouse } = gatehouseOf(invocation);
  const pending = findPending(gatehouse.approvals, invocation.words[0]);
  const [first, ...others] = pending;
  if (first === undefined) {
    invocation.stdout("Nothing waits for an answer.\n");
    return exitCodes.done;
  }
  if (others.length > 0) {
    invocation.stderr(`${pending.map(renderApproval).join("\n")}\n`);
    throw new UsageError(`${pending.length} wait for an answer: name the one that you mean`);
  }
  const words = invocation.values.get("--say");
  const by = humanBy("at a command line");
  const isDone = await decide(gatehouse, first, {
    state: "declined",
    by,
    ...(words === undefined ? {} : { words }),
  });
  invocation.stdout(`${first.id}: ${isDone ? "declined" : "it was decided meanwhile, or has expired"}\n`);
  return isDone ? exitCodes.done : exitCodes.failed;
};
