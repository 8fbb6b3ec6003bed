import { startLoopbackSshd, type LoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome } from "../../test/support/mcp-server.ts";
import { measure, report } from "./median.ts";

// open_connection beside plain ssh to its first prompt and beside `ssh host true`: bun scripts/bench/open.ts [ROUNDS]

const rounds = Number(process.argv[2] ?? 15);
await using sshd = await startLoopbackSshd();
await using home = new McpHome();
home.writeConnections(McpHome.connection("lo", sshd));
const server = await home.start();
let opened = 0;

const times = await measure(rounds, {
  open: async () => {
    const session_name = `s${opened++}`;
    const { text, isError } = await server.call("open_connection", {
      connection_config_name: "lo",
      session_name,
    });
    if (isError) throw new Error(text);
  },
  prompt: () => plainSshToPrompt(sshd),
  true: async () => void (await Bun.spawn(plainSsh(sshd, ["true"]), { stdin: "ignore" }).exited),
});
report("ssh host true", times.true);
report("ssh -tt host, to its first prompt", times.prompt);
report("open_connection", times.open, { ms: times.prompt, most: "at most 1.5" });

/** With its end, as a shell that ends at once has. */
async function plainSshToPrompt(host: LoopbackSshd): Promise<void> {
  const child = Bun.spawn(plainSsh(host, [], ["-tt"]), { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  let shown = "";
  for await (const bytes of child.stdout) {
    shown += Buffer.from(bytes).toString("latin1");
    if (/[$#] (?:\u001b\[[?\w;]*)*$/.test(shown)) break;
  }
  child.kill();
}

function plainSsh(
  { clientKey, port, user, knownHostsFile }: LoopbackSshd,
  command: string[],
  flags: string[] = [],
) {
  const options = ["-F", "/dev/null", "-i", clientKey, "-o", `UserKnownHostsFile=${knownHostsFile}`];
  return ["ssh", ...flags, ...options, "-p", String(port), `${user}@127.0.0.1`, ...command];
}
