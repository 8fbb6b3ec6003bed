const ip = Bun.which("ip", { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" });

/** A network namespace with one link to this machine; `undefined` without root or where the kernel has none. */
export class Network implements Disposable {
  readonly name: string;
  /** Of the host inside. */
  readonly address: string;
  readonly #near: string;

  private constructor(name: string, near: string, address: string) {
    this.name = name;
    this.#near = near;
    this.address = address;
  }

  static open(): Network | undefined {
    if (process.getuid?.() !== 0 || ip === null) return undefined;
    const number = process.pid;
    const [name, near, far] = [`chaos-${number}`, `chn${number}`, `chf${number}`];
    const subnet = `10.${200 + (number % 50)}.${Math.floor(number / 50) % 250}`;
    const network = new Network(name, near, `${subnet}.2`);
    try {
      run("netns", "add", name);
      run("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
      run("address", "add", `${subnet}.1/30`, "dev", near);
      run("link", "set", near, "up");
      run("-n", name, "address", "add", `${subnet}.2/30`, "dev", far);
      run("-n", name, "link", "set", far, "up");
      run("-n", name, "link", "set", "lo", "up");
      return network;
    } catch {
      network[Symbol.dispose]();
      return undefined;
    }
  }

  /** The words to start a program inside. */
  get enter(): readonly string[] {
    return [ip ?? "ip", "netns", "exec", this.name];
  }

  setLink(state: "up" | "down"): void {
    run("link", "set", this.#near, state);
  }

  [Symbol.dispose](): void {
    for (const words of [
      ["link", "delete", this.#near],
      ["netns", "delete", this.name],
    ]) {
      Bun.spawnSync([ip ?? "ip", ...words], { stderr: "ignore" });
    }
  }
}

function run(...words: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([ip ?? "ip", ...words]);
  if (exitCode !== 0) throw new Error(`ip ${words.join(" ")}: ${stderr.toString()}`);
}
