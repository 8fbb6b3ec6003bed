import { UserError } from "../base/user-error.ts";

/** `order` grows with the release; development builds sort just below the release that they lead to. */
export type TmuxVersion = { readonly text: string; readonly order: number };

const minimum = "2.6";

/** Reads `tmux -V` or `#{version}`: "tmux 3.3a", "next-3.8", "3.4-rc1", "master", "openbsd-7.5"; undefined for anything else. */
export function parseTmuxVersion(output: string): TmuxVersion | undefined {
  const text = output.trim().replace(/^tmux /, "");
  if (text === "master") return { text, order: Number.POSITIVE_INFINITY };
  // OpenBSD counts its own releases; 3.3 is what the ones still in use have at least.
  if (/^openbsd-\d+\.\d+$/.test(text)) return { text, order: releaseOrder(3, 3, "") };
  const match = /^(next-)?(\d+)\.(\d+)([a-z]?)(?:-rc\d*)?$/.exec(text);
  if (match?.[2] === undefined || match[3] === undefined) return undefined;
  const order = releaseOrder(Number(match[2]), Number(match[3]), match[4] ?? "");
  return { text, order: match[1] === undefined ? order : order - 0.5 };
}

export function atLeast(version: TmuxVersion, release: `${number}.${number}`): boolean {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  return version.order >= releaseOrder(major, minor, "");
}

/** Throws TMUX_UNAVAILABLE when `output` names a version below the minimum, or none. */
export function requireSupportedVersion(output: string, program: string): TmuxVersion {
  const version = parseTmuxVersion(output);
  if (version !== undefined && atLeast(version, minimum)) return version;
  const found = version?.text ?? JSON.stringify(output.trim().slice(0, 80));
  throw new UserError(
    "TMUX_UNAVAILABLE",
    `${program} is tmux ${found}; ${minimum} or newer is needed`,
    installHint,
  );
}

export const installHint =
  "Install tmux: apt install tmux, dnf install tmux, pacman -S tmux, apk add tmux or brew install tmux.";

function releaseOrder(major: number, minor: number, letter: string): number {
  return major * 10_000 + minor * 100 + (letter === "" ? 0 : letter.charCodeAt(0) - 96);
}
