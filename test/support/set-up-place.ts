import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "./loopback-sshd.ts";
import { McpHome } from "./mcp-server.ts";
import { tmuxProgram } from "./private-tmux.ts";
import { ScreenRun, type ScreenSize } from "./screen-run.ts";

/** A home of someone who has ssh and one MCP client, and nothing of ours yet; the sshd is the alias `lo`. */
export type SetUpPlace = AsyncDisposable & {
  readonly home: McpHome;
  readonly sshd: LoopbackSshd;
  readonly run: (args: readonly string[], size?: ScreenSize) => ScreenRun;
  /** Without a terminal. */
  readonly pipe: (...args: readonly string[]) => ReturnType<typeof runBinary>;
  /** The file below the home folder, undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  /** All files below the home folder with mode and content. */
  readonly everything: () => string;
};

export async function openSetUpPlace(): Promise<SetUpPlace> {
  const sshd = await startLoopbackSshd();
  // Without the folders where someone's own MCP clients may be.
  const home = new McpHome({ PATH: `${dirname(tmuxProgram())}:/usr/bin:/bin:/usr/sbin:/sbin` });
  const { tempHome, env } = home;
  rmSync(home.root, { recursive: true });
  tempHome.write(
    ".ssh/config",
    [
      "Include more",
      "Host lo",
      "  HostName 127.0.0.1",
      `  Port ${sshd.port}`,
      `  User ${sshd.user}`,
      `  IdentityFile ${sshd.clientKey}`,
      "Host down",
      "  HostName 127.0.0.1",
      "  Port 1",
      "Host *",
      `  UserKnownHostsFile ${sshd.knownHostsFile}`,
      "  HashKnownHosts no",
      "",
    ].join("\n"),
  );
  tempHome.write(
    ".ssh/more",
    "Host behind\n  HostName 10.0.0.9\n  User deploy\n  ProxyJump lo\nHost *.example\n",
  );
  tempHome.write(".cursor/mcp.json", '{"mcpServers": {}}\n');
  const read = (path: string) => {
    const file = join(tempHome.home, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  return {
    home,
    sshd,
    run: (args, size) => new ScreenRun(args, env, size),
    pipe: (...args) => runBinary(args, { env }),
    read,
    everything: () =>
      readdirSync(tempHome.home, { recursive: true, encoding: "utf8" })
        .toSorted()
        .map((path) => describe(join(tempHome.home, path)))
        .join("\n"),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}

function describe(path: string): string {
  const { mode } = statSync(path);
  return `${path} ${mode.toString(8)} ${statSync(path).isFile() ? readFileSync(path, "utf8") : ""}`;
}
