import { join } from "node:path";

import type { LoopbackSshd } from "../../../test/support/loopback-sshd.ts";
import { until } from "../../../test/support/private-tmux.ts";

/** The words of plain ssh to this sshd, which reads no configuration of the user. */
export function plainSsh(
  { clientKey, port, user, knownHostsFile }: LoopbackSshd,
  command: readonly string[],
  flags: readonly string[] = [],
): string[] {
  const options = ["-F", "/dev/null", "-i", clientKey, "-o", `UserKnownHostsFile=${knownHostsFile}`];
  return ["ssh", ...flags, ...options, "-p", String(port), `${user}@127.0.0.1`, ...command];
}

/** One plain ssh connection that others go through; disposing it ends it. */
export class PlainMaster implements Disposable {
  readonly path: string;
  readonly #holder: Bun.Subprocess;

  private constructor(path: string, holder: Bun.Subprocess) {
    this.path = path;
    this.#holder = holder;
  }

  static async start(sshd: LoopbackSshd): Promise<PlainMaster> {
    const path = join(sshd.folder, "master");
    const holder = Bun.spawn(plainSsh(sshd, [], ["-M", "-N", "-S", path]), {
      stdin: "ignore",
      stderr: "ignore",
    });
    const check = ["ssh", "-S", path, "-O", "check", "127.0.0.1"];
    await until("the master", () => Bun.spawnSync(check, { stderr: "ignore" }).exitCode === 0, 10_000);
    return new PlainMaster(path, holder);
  }

  [Symbol.dispose](): void {
    this.#holder.kill();
  }
}
