import { chmodSync } from "node:fs";
import { join } from "node:path";

import { binary } from "../../test/binary/binary.ts";
import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { TempHome } from "../../test/support/temp-home.ts";
import { BenchAgent, type Known } from "./lib/bench-agent.ts";
import { renderRows, type Row } from "./lib/rows.ts";

// The same work through this server and through another one that offers open_connection, execute_command and
// get_terminal_output (and reads a config.yml as the Python original does), counted in calls, tokens and seconds until
// the agent knows the answer: bun scripts/bench/peer.ts --peer 'COMMAND…'

type Task = { readonly name: string; readonly work: (agent: BenchAgent) => Promise<Known> };

const tasks: readonly Task[] = [
  { name: "open a session", work: (agent) => agent.open() },
  { name: "`uname -s`", work: (agent) => agent.run("uname -s", /^Linux$/m) },
  { name: "exit code of `sh -c 'exit 3'`", work: (agent) => agent.exitCode("sh -c 'exit 3'", 3) },
  { name: "`sleep 5; date`", work: (agent) => agent.run("sleep 5; date +at-%s", /^at-\d+$/m) },
  { name: "end of 20,000 lines", work: (agent) => agent.run("seq 20000", /^20000$/m) },
  { name: "Ctrl+C in `sleep 600`", work: (agent) => agent.interrupt("sleep 600") },
  { name: "close it", work: (agent) => agent.close() },
];

const at = process.argv.indexOf("--peer");
const peer = at < 0 ? undefined : process.argv[at + 1];
await using sshd = await startLoopbackSshd();
const ours = await measure([binary]);
const theirs = peer === undefined ? undefined : await measure(["/bin/sh", "-c", `exec ${peer}`]);
console.log(
  renderRows(
    ["task", "this server: calls, tokens, s", ...(theirs ? ["peer: calls, tokens, s"] : [])],
    rows(),
  ),
);

function rows(): Row[] {
  return ["tools/list", ...tasks.map(({ name }) => name)].map((name) => [
    name,
    ours.get(name) ?? "",
    ...(theirs === undefined ? [] : [theirs.get(name) ?? ""]),
  ]);
}

/** What each task took, as `calls, tokens, seconds`; a task that was never known to be done says so. */
async function measure(argv: readonly string[]): Promise<ReadonlyMap<string, string>> {
  await using temp = new TempHome();
  const found = new Map<string, string>();
  const env = isolated(temp);
  try {
    await using agent = await BenchAgent.start(argv, env);
    found.set("tools/list", `1, ${agent.toolTokens}, ${agent.startSeconds.toFixed(2)} from its start`);
    for (const { name, work } of tasks) {
      const { calls, tokens, seconds, known } = await work(agent);
      found.set(name, `${calls}, ${tokens}, ${seconds.toFixed(2)}${known ? "" : " (never known)"}`);
    }
  } finally {
    const sockets = [["-S", join(temp.root, "tmux.sock")], []];
    for (const words of sockets)
      Bun.spawnSync(["tmux", ...words, "kill-server"], { env, stdout: "ignore", stderr: "ignore" });
  }
  return found;
}

/** A server that relies on what a person has set up finds it so: the host's key known, tmux apart from everybody's. */
function isolated(temp: TempHome): Record<string, string> {
  temp.writeConfig(
    `connections:\n  lo:\n    host: 127.0.0.1\n    user: ${sshd.user}\n    port: ${sshd.port}\n    key_path: ${sshd.clientKey}\n`,
  );
  const ssh = Bun.which("ssh") ?? "ssh";
  const wrapper = temp.write(
    "bin/ssh",
    `#!/bin/sh\nexec ${ssh} -o UserKnownHostsFile=${sshd.knownHostsFile} "$@"\n`,
  );
  chmodSync(wrapper, 0o700);
  // A login shell would set PATH anew.
  temp.write(".tmux.conf", "set-option -g default-command /bin/sh\n");
  const path = process.env["PATH"] ?? "";
  return {
    HOME: temp.home,
    PATH: `${join(temp.home, "bin")}:${path}`,
    TMUX_TMPDIR: temp.home,
    LC_ALL: "C.UTF-8",
  };
}
