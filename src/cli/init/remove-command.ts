import { isatty } from "node:tty";

import { nearestName } from "../../base/nearest-name.ts";
import { UserError } from "../../base/user-error.ts";
import { connectionNames, removeConnection } from "../../config/edit-config.ts";
import { parseConfig } from "../../config/parse-config.ts";
import { exitCodes, type RunCommand } from "../command.ts";
import { printable } from "../printable.ts";
import { checkUnchanged, replaceConfig } from "./apply-plan.ts";
import { insertedLines, type Found } from "./plan.ts";
import { lookAtTree } from "./surroundings.ts";

/** Takes one connection out of config.yml; its notes and logs stay. */
export const remove: RunCommand = async ({ words, flags, root, home, stdout }) => {
  const [name = ""] = words;
  const found = lookAtTree(root, home, new Date());
  const { config, stamp } = found;
  requireFree(name, found);
  const after = removeConnection(config, name);
  const gone = insertedLines(after, config.text).map((line) => `  ${printable(line)}\n`);
  stdout(`Take out of ${printable(config.path)}:\n${gone.join("")}`);
  if (isatty(0) && isatty(1) && !flags.has("--yes")) {
    const { confirmRemoval } = await import("./decide.ts");
    const reply = await confirmRemoval(new AbortController().signal);
    if (reply.kind !== "answer" || !reply.value) {
      stdout("Nothing was changed.\n");
      return reply.kind === "left" ? exitCodes.interrupted : exitCodes.failed;
    }
  }
  checkUnchanged(config.path, config.text);
  const backup = `config.yml.${stamp}.bak`;
  replaceConfig(config.path, { before: config.text, after, backup });
  stdout(`${printable(name)} is out of the configuration, which is kept as ${backup} as it was.\n`);
  return exitCodes.done;
};

/** Throws for a name that is not there, and for one that others need on their way. */
function requireFree(name: string, { config, configExists }: Found): void {
  const names = configExists ? connectionNames(config) : [];
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    throw new UserError(
      "CONFIG_NOT_FOUND",
      `no connection is named ${JSON.stringify(name)}`,
      nearest === undefined
        ? "mcp-ssh-interactive validate --json lists the names."
        : `Did you mean ${nearest}?`,
    );
  }
  const { reads } = parseConfig(config.text, config.path, config.folders);
  const users = [...reads].filter(([, { input }]) => input?.proxy_jump?.split(",").includes(name));
  if (users.length === 0) return;
  throw new UserError(
    "CONFIG_INVALID",
    `${users.map(([user]) => JSON.stringify(user)).join(", ")} is reached by way of ${JSON.stringify(name)}`,
    "Change its proxy_jump first.",
  );
}
