/** Programs whose words, or some of them, are another command that they run. */
const runners: ReadonlySet<string> = new Set(
  (
    "busybox builtin caffeinate capsh chroot chrt command dbus-run-session doas entr env eatmydata exec fakeroot faketime firejail " +
    "flock ionice ltrace mosh nice nocache noglob nohup nsenter numactl parallel pkexec prlimit proot rlwrap runuser script setarch setpriv setsid sg " +
    "ssh sshpass start-stop-daemon stdbuf strace su sudo systemd-run taskset time timeout toybox unbuffer unshare valgrind watch xargs xvfb-run"
  ).split(" "),
);

/** Those that give text to a shell, on this host or another one. */
const shellFeeders: ReadonlySet<string> = new Set(
  "env eval flock mosh parallel runuser script sg ssh sshpass su tmux screen watch".split(" "),
);

const shells = /^(?:r?bash|sh|dash|ash|ksh|ksh93|mksh|lksh|zsh|fish|t?csh)$/;
const posixShells = /^(?:r?bash|sh|dash|ash|ksh|ksh93|mksh|lksh)$/;
const interpreters =
  /^(?:python|pypy|perl|ruby|node|nodejs|deno|bun|php|lua|luajit|tclsh|expect|rscript|julia|osascript|pwsh|powershell|ed|ex|vi|vim|nvim|emacs|gdb|m4|bc|dc|mysql|psql|sqlite3?|at|batch)[0-9.]*$/;
const evaluators: ReadonlySet<string> = new Set(
  ". alias bind compgen complete declare enable fc hash hist integer let local mapfile nameref r readarray shopt source trap typeset".split(
    " ",
  ),
);
const namers: ReadonlySet<string> = new Set(
  "[ test printf read unset export readonly getopts wait".split(" "),
);

/**
 * From which word on each could begin a command that this one runs, as `sudo` and `find -exec` do; undefined for a
 * command of its own.
 */
export function runsFrom(name: string, words: readonly (string | undefined)[]): number | undefined {
  if (name === "find" || name === "fd") return after(words, /^-(?:exec|execdir|ok|okdir|x|X)$|^--exec/);
  if (/^(?:docker|podman|nerdctl|kubectl|oc|ip|lxc)$/.test(name)) return after(words, /^(?:exec|run)$/);
  return runners.has(name) ? 1 : undefined;
}

function after(words: readonly (string | undefined)[], sign: RegExp): number | undefined {
  const at = words.findIndex((word) => word !== undefined && sign.test(word));
  return at < 0 ? undefined : at + 1;
}

/** What a command does with its words or its input beyond what they say. */
export type Reading = "as it stands" | "shell text in its words" | "code that is not read here";

/** `isFed`: something is piped or redirected into it. */
export function readingOf(name: string, words: readonly (string | undefined)[], isFed: boolean): Reading {
  const given = words.slice(1);
  if (shells.test(name)) {
    const takesText = given.some((word) => word === undefined || /^-[A-Za-z]*c/.test(word));
    if (takesText) return posixShells.test(name) ? "shell text in its words" : "code that is not read here";
    return isFed ? "code that is not read here" : "as it stands";
  }
  if (shellFeeders.has(name)) return isFed ? "code that is not read here" : "shell text in its words";
  return runsUnseenCode(name, given, isFed) ? "code that is not read here" : "as it stands";
}

function runsUnseenCode(name: string, given: readonly (string | undefined)[], isFed: boolean): boolean {
  if (evaluators.has(name)) return true;
  if (namers.has(name)) return given.some((word) => word === undefined || /\[|\$\(|`/.test(word));
  if (interpreters.test(name)) {
    return (
      isFed ||
      given.some((word) => word === undefined || /^-[A-Za-z]*[cerpExS]|^--(?:eval|exec|run|cmd)/.test(word))
    );
  }
  const text = given.map((word) => word ?? "system").join("\n");
  if (/^(?:[gmn]?awk|original-awk)$/.test(name))
    return /system|getline|[|>@]|(?:^|\n)-[a-zA-Z]*[flEi]/.test(text);
  if (/^g?sed$/.test(name))
    return /(?:^|[\s;{}\d$/,!])[ewW](?:\s|$)|[/|,#:][gpiImM\d]*[ew]|(?:^|\n)-[a-zA-Z]*f/.test(text);
  return name === "git" && /(?:^|\n)(?:-c|--config-env|--exec-path)/.test(text);
}
