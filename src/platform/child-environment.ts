const passedOn = [
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  "SSH_AUTH_SOCK",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "KRB5CCNAME",
  "KRB5_CONFIG",
] as const;

/**
 * The environment for our children: an allow-list of ours plus the trusted PATH, with a UTF-8 locale where none
 * is set, since tmux refuses to start without one.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  searchPath: readonly string[],
): Record<string, string> {
  const result: Record<string, string> = { PATH: searchPath.join(":") };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined && value !== "") result[name] = value;
  }
  const locale = result["LC_ALL"] ?? result["LC_CTYPE"] ?? result["LANG"] ?? "";
  if (!/utf-?8/i.test(locale)) {
    delete result["LC_ALL"];
    result["LC_CTYPE"] = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  }
  return result;
}
