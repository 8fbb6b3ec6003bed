import { UserError } from "../../base/user-error.ts";
import { prepareSsh } from "../../ssh/prepare.ts";
import { removeSshFiles } from "../../ssh/session-files.ts";
import { readSshVersion } from "../../ssh/version.ts";
import type { Programs } from "../compose-sessions.ts";
import { printable } from "../printable.ts";

const sessionName = "alias";

/** Where an alias leads by `ssh -G`, in a line; asks no host. Only for chosen ones, since ssh_config may run programs for it. */
export async function resolveAlias(
  name: string,
  { ssh, env }: Programs,
  { runtimeFolder, userConfig }: { readonly runtimeFolder: string; readonly userConfig: string },
): Promise<string> {
  try {
    const { info, hops } = await prepareSsh({
      ssh,
      version: await readSshVersion(ssh, env),
      connection: { name, host: name, useAgent: true, hostKey: "strict", sshOptions: {} },
      lookupConnection: () => undefined,
      runtimeFolder,
      sessionName,
      userConfig,
      systemConfig: "/etc/ssh/ssh_config",
      env,
      connectTimeoutSeconds: 30,
    });
    const way = hops.length === 0 ? "" : `, by way of ${hops.map(({ label }) => label).join(", ")}`;
    const port = info.port === 22 ? "" : ` port ${info.port}`;
    return printable(`${name} is ${info.user}@${info.host}${port}${way}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return printable(`${name} cannot be used: ${error.message}`);
  } finally {
    removeSshFiles(runtimeFolder, sessionName);
  }
}
