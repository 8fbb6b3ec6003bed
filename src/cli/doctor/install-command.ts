import { locateProgram } from "../../platform/programs.ts";
import type { Place } from "./place.ts";

/** Where programs are, whatever PATH says. */
export const systemFolders: readonly string[] = [
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/usr/bin",
  "/bin",
  "/usr/sbin",
  "/sbin",
];

type Package = "tmux" | "openssh client";

const managers = [
  { program: "apt-get", words: "apt-get install", openssh: "openssh-client" },
  { program: "dnf", words: "dnf install", openssh: "openssh-clients" },
  { program: "pacman", words: "pacman -S", openssh: "openssh" },
  { program: "apk", words: "apk add", openssh: "openssh-client" },
  { program: "zypper", words: "zypper install", openssh: "openssh-clients" },
  { program: "brew", words: "brew install", openssh: "openssh" },
] as const;

/** The command that installs or updates it with this machine's package manager. */
export function installCommand({ uid }: Place, wanted: Package): string {
  const found = managers.find(({ program }) => locateProgram(program, systemFolders) !== undefined);
  if (found === undefined) return `install the ${wanted} with this machine's package manager`;
  const sudo = uid === 0 || found.program === "brew" ? "" : "sudo ";
  return `${sudo}${found.words} ${wanted === "tmux" ? "tmux" : found.openssh}`;
}
