import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../../../../test/support/loopback-sshd.ts";
import { McpHome } from "../../../../test/support/mcp-server.ts";
import { Link } from "./link.ts";
import { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";

/** A host, reached through a link of ours or over a network of its own. */
export type ChaosHost = {
  readonly name: string;
  readonly sshd: LoopbackSshd;
  readonly link: Link | undefined;
  readonly network: Network | undefined;
};

/** A dead host is noticed within about this time. */
export const keepaliveMs = 16_000;
const keepalive = "ServerAliveInterval: 4, ServerAliveCountMax: 3";
const script = join(import.meta.dir, "on-host.sh");

/** The home of all servers, and the hosts that they reach. */
export class Place implements AsyncDisposable {
  readonly home: McpHome;
  readonly hosts: readonly ChaosHost[];
  readonly #stack: AsyncDisposableStack;

  private constructor(home: McpHome, hosts: readonly ChaosHost[], stack: AsyncDisposableStack) {
    this.home = home;
    this.hosts = hosts;
    this.#stack = stack;
  }

  static async open(random: Random, truth: Truth): Promise<Place> {
    await using stack = new AsyncDisposableStack();
    const network = Network.open();
    if (network !== undefined) stack.use(network);
    else console.log("no network namespace here (it needs root): every host is on 127.0.0.1");
    const hosts = [
      await linkedHost("bash", stack, random, Bun.which("bash")),
      await linkedHost("zsh", stack, random, Bun.which("zsh") ?? Bun.which("sh")),
      network === undefined
        ? await linkedHost("dash", stack, random, Bun.which("dash"))
        : await farHost("far", stack, network),
    ];
    for (const { sshd } of hosts) {
      copyFileSync(script, join(sshd.home, "t"));
      Bun.spawnSync(["chmod", "755", join(sshd.home, "t")]);
      writeFileSync(join(sshd.home, ".zshrc"), "cd\n");
      writeFileSync(join(sshd.home, "ran.log"), "");
      truth.watch(join(sshd.home, "ran.log"));
    }
    const home = stack.use(new McpHome());
    const connections = hosts.map(connectionOf).join("");
    home.tempHome.writeConfig(`settings: {log_max_mb: 4}\nconnections:\n${connections}`);
    return new Place(home, hosts, stack.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

async function linkedHost(
  name: string,
  stack: AsyncDisposableStack,
  random: Random,
  shell: string | null,
): Promise<ChaosHost> {
  const sshd = stack.use(await startLoopbackSshd(shell === null ? {} : { shell }));
  const link = stack.use(await Link.to(sshd.port, random.fork(name)));
  return { name, sshd, link, network: undefined };
}

async function farHost(name: string, stack: AsyncDisposableStack, network: Network): Promise<ChaosHost> {
  const { address, enter } = network;
  const sshd = stack.use(await startLoopbackSshd({ address, enter }));
  return { name, sshd, link: undefined, network };
}

/** The host key is known under the link's port. */
function connectionOf({ name, sshd, link }: ChaosHost): string {
  const { user, clientKey, host } = sshd;
  const port = link?.port ?? sshd.port;
  const knownHostsFile = join(sshd.folder, "known_hosts_chaos");
  writeFileSync(
    knownHostsFile,
    readFileSync(sshd.knownHostsFile, "utf8").replace(`:${sshd.port} `, `:${port} `),
  );
  return McpHome.connection(name, { user, clientKey, host, port, knownHostsFile }, [
    `ssh_options: {UserKnownHostsFile: ${knownHostsFile}, ${keepalive}}`,
  ]);
}
