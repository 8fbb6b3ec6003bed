import { shellWord } from "../base/shell-word.ts";
import { runProcess } from "../platform/run-process.ts";

const timeoutMs = 3_000;

/** `state` as ps shows it: T for one that is stopped. A client may have the lower number. */
export type ServerProcess = { readonly pid: string; readonly state: string; readonly isServer: boolean };

/** The server at a socket and its clients: all of them were started with the socket as an argument. */
export async function serverProcesses(socketPath: string): Promise<ServerProcess[]> {
  const argv = ["/bin/ps", "-A", "-o", "pid=", "-o", "stat=", "-o", "args="];
  const { stdout } = await runProcess(argv, { env: {}, timeoutMs });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, state, args = ""] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const isOurs = args.includes(` -S ${socketPath} `) || args.includes(` -S ${shellWord(socketPath)} `);
    return pid === undefined || state === undefined || !isOurs
      ? []
      : [{ pid, state, isServer: args.includes(" start-server ") }];
  });
}
