import { fileTargets } from "./file-targets.ts";
import { protocolTargets } from "./protocol-targets.ts";
import { sshTargets } from "./ssh-targets.ts";
import type { Target } from "./target.ts";
import { terminalTargets } from "./terminal-targets.ts";
import { textTargets } from "./text-targets.ts";

export const targets: readonly Target[] = [
  ...terminalTargets,
  ...textTargets,
  ...protocolTargets,
  ...fileTargets,
  ...sshTargets,
];
