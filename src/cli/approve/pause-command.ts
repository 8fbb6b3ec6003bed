import { recordAct } from "../../policy/gatehouse.ts";
import { askConsent, humanBy, requireHuman } from "../../policy/human-presence.ts";
import { exitCodes, type RunCommand } from "../command.ts";
import { gatehouseOf } from "./gatehouse-of.ts";

/** Stops the input of all agents, over all processes; what runs goes on. */
export const pause: RunCommand = async (invocation) => {
  const { gatehouse } = gatehouseOf(invocation);
  const isNew = gatehouse.pause.turnOn();
  invocation.stdout(
    `${isNew ? "No agent types anything any more" : "It was paused already"}; resume: mcp-ssh-interactive resume\n`,
  );
  // The brake holds whether this can be written or not.
  if (isNew) await recordAct(gatehouse, { act: "pause", by: humanBy("at a command line") });
  return exitCodes.done;
};

/** Gives agents their input back. */
export const resume: RunCommand = async (invocation) => {
  const { tree, gatehouse } = gatehouseOf(invocation);
  using terminal = await requireHuman("mcp-ssh-interactive resume", tree.locks);
  if (!gatehouse.pause.isOn) {
    invocation.stdout("Nothing is paused.\n");
    return exitCodes.done;
  }
  const consent = await askConsent(terminal, "To let agents type again");
  if (consent !== "given") return consent === "interrupted" ? exitCodes.interrupted : exitCodes.failed;
  await recordAct(gatehouse, { act: "resume", by: humanBy("at a terminal") });
  gatehouse.pause.turnOff();
  invocation.stdout("Agents may type again.\n");
  return exitCodes.done;
};
