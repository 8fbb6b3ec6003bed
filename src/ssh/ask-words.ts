import { askpassVariable } from "./askpass-variable.ts";
import { isAtLeast, type SshVersion } from "./version.ts";

/** What is before ssh on its command line: its own agent, as the tmux server's may be long gone, and whom it asks. */
export function askWords(
  env: Readonly<Record<string, string>>,
  version: SshVersion,
  askpass: string,
  askFile: string,
): string[] {
  return [
    "/usr/bin/env",
    ...sessionVariables.flatMap((name) => (env[name] === undefined ? ["-u", name] : [])),
    ...sessionVariables.flatMap((name) => (env[name] === undefined ? [] : [`${name}=${env[name]}`])),
    ...(asksByProgram(version)
      ? [`SSH_ASKPASS=${askpass}`, "SSH_ASKPASS_REQUIRE=force", `${askpassVariable}=${askFile}`]
      : []),
  ];
}

/** As `askWords`, for a hop, which has the rest from the ssh that starts it. */
export function hopAskWords(version: SshVersion, askFile: string): string[] {
  return asksByProgram(version) ? ["/usr/bin/env", `${askpassVariable}=${askFile}`] : [];
}

/** Before 8.4 ssh asks on its terminal as long as it has one. */
export function asksByProgram(version: SshVersion): boolean {
  return isAtLeast(version, 8, 4);
}

/** Those that differ from login to login. */
const sessionVariables = ["SSH_AUTH_SOCK", "KRB5CCNAME"];
