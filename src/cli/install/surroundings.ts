import { childEnvironment } from "../../platform/child-environment.ts";
import { locateProgram, trustedSearchPath } from "../../platform/programs.ts";
import type { Invocation } from "../command.ts";
import { ownCommand } from "../own-command.ts";
import type { Place } from "./client-folders.ts";
import { lastingCommand } from "./own-place.ts";

/** What the clients' files depend on. `command` starts this program; `programs` are those of tmux and ssh that were found. */
export type Surroundings = Place & {
  readonly root: string;
  readonly command: readonly string[];
  readonly programs: readonly string[];
  readonly searchPath: readonly string[];
  readonly childEnv: Readonly<Record<string, string>>;
};

/** To be called in the folder that the program was started in. */
export function lookAround({ home, env, root }: Pick<Invocation, "home" | "env" | "root">): Surroundings {
  const searchPath = trustedSearchPath(env["PATH"] ?? "", process.cwd());
  return {
    home,
    env,
    root,
    platform: process.platform,
    command: lastingCommand(ownCommand(), searchPath),
    programs: ["tmux", "ssh"].flatMap((name) => locateProgram(name, searchPath) ?? []),
    searchPath,
    childEnv: childEnvironment(env, searchPath),
  };
}
