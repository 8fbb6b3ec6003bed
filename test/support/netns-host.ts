import { join } from "node:path";

import { makeKey } from "./loopback-sshd.ts";

/** An sshd in a network namespace of its own, whose link can be cut; as root. Addresses differ with each process. */
export class NetnsHost implements AsyncDisposable {
  readonly host: string;
  readonly #name: string;
  readonly #folder: string;
  readonly #outer: string;
  readonly #inner: string;
  readonly #net: string;
  #sshd: Bun.Subprocess | undefined;

  /** `folder` is the test's, with authorized_keys in it. */
  constructor(folder: string) {
    const id = process.pid % 10_000;
    this.#folder = folder;
    this.#name = `mcp${id}`;
    this.#outer = `mcp${id}o`;
    this.#inner = `mcp${id}i`;
    const net = `10.${200 + (id % 50)}.${Math.floor(id / 50)}`;
    this.#net = `${net}.0/24`;
    this.host = `${net}.2`;
    this.remove();
    const inner = this.#inner;
    // Whatever becomes of the link, nothing leaves this machine.
    ip("route", "add", "unreachable", this.#net, "metric", "4096");
    ip("netns", "add", this.#name);
    ip("link", "add", this.#outer, "type", "veth", "peer", "name", inner);
    ip("link", "set", inner, "netns", this.#name);
    ip("addr", "add", `${net}.1/24`, "dev", this.#outer);
    ip("link", "set", this.#outer, "up");
    ip("-n", this.#name, "addr", "add", `${this.host}/24`, "dev", inner);
    ip("-n", this.#name, "link", "set", inner, "up");
    ip("-n", this.#name, "link", "set", "lo", "up");
    makeKey(join(folder, "netns_host"));
  }

  /** Nothing passes, and neither side is told. */
  cut(): void {
    ip("-n", this.#name, "link", "set", this.#inner, "down");
  }

  join(): void {
    ip("-n", this.#name, "link", "set", this.#inner, "up");
  }

  boot(home: string): void {
    const options = [
      "Port 22",
      `HostKey "${join(this.#folder, "netns_host")}"`,
      `AuthorizedKeysFile "${join(this.#folder, "authorized_keys")}"`,
      "PidFile none",
      "UsePAM no",
      "UseDNS no",
      "StrictModes no",
      "PermitRootLogin yes",
      "PrintMotd no",
      "PrintLastLog no",
      `SetEnv HOME=${home} SHELL=/bin/bash`,
      'ForceCommand test -n "$SSH_ORIGINAL_COMMAND" && exec /bin/bash -c "$SSH_ORIGINAL_COMMAND"; exec /bin/bash -l',
    ].flatMap((line) => ["-o", line]);
    this.#sshd = Bun.spawn(
      ["ip", "netns", "exec", this.#name, "/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", ...options],
      { stdin: "ignore", stdout: "ignore", stderr: Bun.file(join(this.#folder, "netns_sshd.log")) },
    );
  }

  /** As when the power fails: every process there dies, with the link cut so that no connection is closed. */
  async crash(): Promise<void> {
    this.cut();
    for (const pid of ip("netns", "pids", this.#name)
      .split("\n")
      .filter((line) => line !== ""))
      process.kill(Number(pid), "SIGKILL");
    await this.#sshd?.exited;
  }

  remove(): void {
    Bun.spawnSync(["ip", "netns", "del", this.#name]);
    Bun.spawnSync(["ip", "link", "del", this.#outer]);
    Bun.spawnSync(["ip", "route", "del", "unreachable", this.#net, "metric", "4096"]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    this.remove();
  }
}

function ip(...args: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["ip", ...args]);
  if (exitCode !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}
