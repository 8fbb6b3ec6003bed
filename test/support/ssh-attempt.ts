import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { SshConnection } from "../../src/ssh/connection.ts";
import { explainFailure, type SshFailure } from "../../src/ssh/failure.ts";
import { prepareSsh, type PreparedSsh, type SshRequest } from "../../src/ssh/prepare.ts";
import { readSshVersion, type SshVersion } from "../../src/ssh/version.ts";

export type Attempt = {
  readonly prepared: PreparedSsh;
  readonly output: string;
  readonly exitStatus: number;
  readonly failure: SshFailure | undefined;
};

export type AttemptOptions = {
  readonly connection: Partial<SshConnection>;
  readonly others?: readonly SshConnection[];
  /** Text of the user's ssh_config. */
  readonly sshConfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly connectTimeoutSeconds?: number;
  /** Typed into the session. */
  readonly input?: string;
};

/** A place from which real ssh processes are prepared, run on pipes to their end, and explained. */
export class SshDesk implements Disposable {
  readonly folder: string;
  readonly version: SshVersion;
  readonly env: Readonly<Record<string, string>> = {
    PATH: "/usr/bin:/bin",
    HOME: "/nonexistent",
    SHELL: "/bin/sh",
    LC_CTYPE: "C.UTF-8",
  };
  readonly ssh: string;

  private constructor(folder: string, ssh: string, version: SshVersion) {
    this.folder = folder;
    this.ssh = ssh;
    this.version = version;
  }

  static async open(prefix = "desk-"): Promise<SshDesk> {
    const ssh = Bun.which("ssh") ?? "/usr/bin/ssh";
    const version = await readSshVersion(ssh, { PATH: "/usr/bin:/bin" });
    return new SshDesk(realpathSync(mkdtempSync(join(tmpdir(), prefix))), ssh, version);
  }

  request(options: AttemptOptions): SshRequest {
    const userConfig = join(this.folder, "user config");
    writeFileSync(userConfig, options.sshConfig ?? "", { mode: 0o600 });
    return {
      ssh: this.ssh,
      version: this.version,
      connection: { name: "web", host: "127.0.0.1", sshOptions: {}, ...options.connection },
      lookupConnection: (name) => options.others?.find((other) => other.name === name),
      runtimeFolder: this.folder,
      sessionName: "s1",
      userConfig,
      systemConfig: "/etc/ssh/ssh_config",
      env: { ...this.env, ...options.env },
      connectTimeoutSeconds: options.connectTimeoutSeconds ?? 10,
    };
  }

  async attempt(options: AttemptOptions): Promise<Attempt> {
    const request = this.request(options);
    const prepared = await prepareSsh(request);
    const child = Bun.spawn([...prepared.argv], {
      env: { ...request.env },
      stdin: new Blob([options.input ?? "exit 7\n"]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, exitStatus] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return {
      prepared,
      output: stdout + stderr,
      exitStatus,
      failure: await explainFailure(prepared, { exitStatus, timedOut: false }),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
