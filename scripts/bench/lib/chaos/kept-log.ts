import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How many of the lines that the token's command printed the files of the log hold, read without the product. */
export function linesInLog(logsFolder: string, session: string, token: string): number {
  const wanted = Buffer.from(`OUT-${token}`);
  let count = 0;
  for (const name of readdirSync(logsFolder)) {
    if (name !== `${session}.log` && !name.startsWith(`${session}.log.`)) continue;
    count += occurrences(readIfThere(join(logsFolder, name)), wanted);
  }
  return count;
}

export function wasRotated(logsFolder: string, session: string): boolean {
  return readdirSync(logsFolder).some(
    (name) => /\.log\.\d{20}$/.test(name) && name.startsWith(`${session}.`),
  );
}

function occurrences(bytes: Buffer, wanted: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + wanted.length)) count++;
  return count;
}

/** The recorder may rotate meanwhile. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** The names of the sessions that state.json has; undefined where it is not whole. */
export function recordedSessions(root: string): readonly string[] | undefined {
  try {
    return Object.keys(JSON.parse(readFileSync(join(root, "state.json"), "utf8")).sessions);
  } catch {
    return undefined;
  }
}
