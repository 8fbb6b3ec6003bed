/** What a host says of itself; remote words, cut down to harmless ones. A key is missing where it said nothing. */
export type HostFacts = Readonly<Partial<Record<FactName, string>>>;
type FactName = (typeof factNames)[number];

const factNames = ["os", "kernel", "user", "shell", "groups", "sudo", "services", "packages"] as const;
const maxFactChars = 100;
const adminGroups: ReadonlySet<string> = new Set(["sudo", "wheel", "admin"]);

/**
 * One line for any shell, which changes nothing and asks for no right: `sudo -V` only tells the version. It holds no
 * single quote, `!` or line break inside the quotes, since csh and fish read those otherwise.
 */
export const probeCommand = `sh -c '${[
  'o=$(. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME")',
  '[ -n "$o" ] || o=$(sw_vers -productVersion 2>/dev/null | sed "s/^/macOS /")',
  'echo "os=$o"; echo "kernel=$(uname -srm)"; echo "user=$(id -un)"; echo "shell=$SHELL"; echo "groups=$(id -Gn)"',
  's=$(sudo -V 2>/dev/null | head -n 1); [ -n "$s" ] || s=$(command -v doas); echo "sudo=$s"',
  "m=; for p in service:scripts sv:runit rc-service:OpenRC launchctl:launchd; do command -v ${p%:*} >/dev/null 2>&1 && m=${p#*:}; done",
  '[ -d /run/systemd/system ] && m=systemd; echo "services=$m"',
  "for p in apt-get dnf yum zypper pacman apk opkg pkg brew; do command -v $p >/dev/null 2>&1 && { echo packages=$p; break; }; done",
].join("; ")}'`;

/** Reads what probeCommand printed. */
export function parseFacts(output: string): HostFacts {
  const facts = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, name = "", value = ""] = /^([a-z]+)=(.*)$/.exec(line.trimEnd()) ?? [];
    const clean = value
      .replace(/[^\p{L}\p{N}.,:()/+_@~-]+/gu, " ")
      .trim()
      .slice(0, maxFactChars);
    if (clean !== "") facts.set(name, clean);
  }
  return Object.fromEntries(factNames.flatMap((name) => (facts.has(name) ? [[name, facts.get(name)]] : [])));
}

/** The beginning of an info file; `day` as 2026-11-22. */
export function renderNotes(title: string, facts: HostFacts, day: string): string {
  const rows = [
    ["System", [facts.os, facts.kernel]],
    ["Login", [facts.user, facts.shell]],
    ["Administration", [administration(facts)]],
    ["Services", [facts.services]],
    ["Packages", [facts.packages]],
  ] as const;
  const known = rows.flatMap(([name, parts]) => {
    const text = parts.filter((part) => part !== undefined).join(", ");
    return text === "" ? [] : [`- ${name}: ${text}`];
  });
  return [
    `# ${title}`,
    "",
    ...(known.length === 0 ? [] : [`As the host reported on ${day}:`, "", ...known, ""]),
    "## What it is for",
    "",
    "## What to mind",
    "",
    "<!-- The agent reads this file. Nothing secret belongs here: config.yml has a place for that. -->",
    "",
  ].join("\n");
}

function administration({ user, groups = "", sudo }: HostFacts): string | undefined {
  if (user === "root") return "root itself";
  if (user === undefined) return undefined;
  const member = groups.split(" ").find((group) => adminGroups.has(group));
  const right = member === undefined ? "in no administrators' group" : `in the group ${member}`;
  return sudo === undefined ? `neither sudo nor doas; ${right}` : `${sudo}; ${right}`;
}
