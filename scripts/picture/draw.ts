import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { connectToolClient } from "../../src/server/mcp-client.ts";
import { binary } from "../../test/binary/binary.ts";
import { startLoopbackSshd } from "../../test/support/loopback-sshd.ts";
import { McpHome } from "../../test/support/mcp-server.ts";
import { OuterTerminal } from "../../test/support/outer-terminal.ts";
import { renderSvg } from "./render-svg.ts";

// A real session with a human attached, as README.md shows it. The host is an sshd on this machine whose start-up
// files give it the names of the picture.

const size = { cols: 80, rows: 13 };
const deploy = `#!/bin/sh
printf '\\033[32m✓\\033[0m unpacked shop-2.4.1\\n\\033[32m✓\\033[0m 214 tests passed\\n'
printf 'Restart the shop now? [y/N] '
read -r answer
printf 'shop-2.4.1 is running\\n'
`;
const remoteFiles: Readonly<Record<string, string>> = {
  ".bash_profile": `PATH=$HOME/bin:$PATH; cd "$HOME"; PS1='\\[\\033[1;32m\\]deploy@web1\\[\\033[0m\\]:\\[\\033[1;34m\\]\\w\\[\\033[0m\\]$ '\n`,
  "bin/id": "#!/bin/sh\necho deploy\n",
  "bin/uname": "#!/bin/sh\necho web1\n",
  "bin/deploy": deploy,
  "shop.log": "09:12:04 listening on port 8080\n09:12:31 GET /basket 200\n09:12:48 GET /basket 500\n",
};

await using sshd = await startLoopbackSshd({ shell: "/bin/bash" });
for (const [name, text] of Object.entries(remoteFiles)) {
  mkdirSync(join(sshd.home, "bin"), { recursive: true });
  writeFileSync(join(sshd.home, name), text);
  chmodSync(join(sshd.home, name), 0o755);
}
await using home = new McpHome();
home.writeConnections(McpHome.connection("web1", sshd));
await using agent = await connectToolClient([binary], home.env, "my-agent", "1.0");
const session_name = "release";

await call("open_connection", { connection_config_name: "web1", session_name, ...size });
using human = new OuterTerminal(["attach", session_name], home.env, { ...size, rows: size.rows + 1 });
await human.shows(/at the prompt/);
await call("execute_command", { session_name, command: "tail -n 3 shop.log", wait_seconds: 20 });
human.press("-l", "grep -c ' 500$' shop.log   # typed by the human");
human.press("Enter");
await human.shows(/^1$/m);
await call("execute_command", { session_name, command: "deploy shop-2.4.1", wait_seconds: 20 });
await human.shows(/\[y\/N\]/);
human.press("y", "Enter");
await human.shows(/is running\n[^]*at the prompt/);

const file = join(import.meta.dir, "session.svg");
writeFileSync(file, renderSvg(human.colouredScreen, size.cols));
console.log(`Drew ${file}`);

async function call(tool: string, args: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await agent.call(tool, args);
  if (answer.isError) throw new Error(`${tool}: ${JSON.stringify(answer)}`);
}
