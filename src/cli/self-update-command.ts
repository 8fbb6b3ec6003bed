import { version } from "../../package.json" with { type: "json" };
import { UserError } from "../base/user-error.ts";
import { exitCodes, type RunCommand } from "./command.ts";
import { printable } from "./printable.ts";
import { project } from "./project.ts";
import { UsageError } from "./usage-error.ts";

const timeoutMs = 10_000;
/** GitHub's REST API, `GET /repos/{owner}/{repo}/releases/latest`. */
const latestRelease = `${project.replace("//github.com/", "//api.github.com/repos/")}/releases/latest`;

/** Tells whether a newer release is out; the one command of this program that asks anything of the network. */
export const selfUpdate: RunCommand = async ({ flags, values, stdout }) => {
  if (!flags.has("--check")) {
    throw new UsageError("this program does not change itself; self-update --check tells what there is");
  }
  const latest = await readLatest(values.get("--from") ?? latestRelease);
  const isNewer = Bun.semver.order(latest, version) > 0;
  if (flags.has("--json")) stdout(`${JSON.stringify({ version, latest, newer: isNewer }, undefined, 2)}\n`);
  else stdout(isNewer ? renderNewer(latest) : `${version} is the newest release\n`);
  return exitCodes.done;
};

function renderNewer(latest: string): string {
  return `${latest} is out, this is ${version}: ${project}/releases/tag/v${latest}\n  ${wayToUpdate(process.execPath)}\n`;
}

/** By where the executable lies. */
function wayToUpdate(path: string): string {
  if (/\/(?:Cellar|linuxbrew)\//.test(path)) return "brew upgrade mcp-ssh-interactive";
  if (path.includes("/node_modules/")) return "npm install --global mcp-ssh-interactive@latest";
  if (path.startsWith("/usr/bin/")) return "update it with the package manager that installed it";
  return `curl -fsSL ${project}/releases/latest/download/install.sh | sh`;
}

async function readLatest(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/vnd.github+json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`the answer is ${response.status}`);
    return readTag(await response.json());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      "INTERNAL",
      `the newest release cannot be told: ${printable(reason)}`,
      `Look at ${project}/releases`,
      { cause },
    );
  }
}

function readTag(release: unknown): string {
  const tag =
    typeof release === "object" && release !== null && "tag_name" in release ? release.tag_name : "";
  const [, latest] = /^v(\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,40})?)$/.exec(String(tag)) ?? [];
  if (latest === undefined) throw new Error("it names no release");
  return latest;
}
