import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Whose files are looked for. `platform` is that of process. */
export type Place = {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
};

export function configFolder({ home, env }: Place): string {
  const named = given(env["XDG_CONFIG_HOME"]);
  return named?.startsWith("/") ? named : join(home, ".config");
}

/** Where Electron puts the files of its applications. */
export function applicationFolder(place: Place): string {
  return place.platform === "darwin"
    ? join(place.home, "Library", "Application Support")
    : configFolder(place);
}

/** Undefined where nothing but the home folder is said. */
export function claudeCodeFolder({ env }: Place): string | undefined {
  return given(env["CLAUDE_CONFIG_DIR"]);
}

/** The folder of the newer versions, then the one that they have left. */
export function clineFolders(place: Place): readonly [string, string] {
  return [
    join(given(place.env["CLINE_DIR"]) ?? join(place.home, ".cline"), "data"),
    join(applicationFolder(place), "Code", "User", "globalStorage", "saoudrizwan.claude-dev"),
  ];
}

export function codexFolder({ home, env }: Place): string {
  return given(env["CODEX_HOME"]) ?? join(home, ".codex");
}

export function zedFolder(place: Place): string {
  return join(place.platform === "darwin" ? join(place.home, ".config") : configFolder(place), "zed");
}

export function lmStudioFolder({ home, env }: Place): string {
  return given(env["LMSTUDIO_HOME"]) ?? pointedFolder(home) ?? join(home, ".lmstudio");
}

function pointedFolder(home: string): string | undefined {
  try {
    const pointed = readFileSync(join(home, ".lmstudio-home-pointer"), "utf8").trim();
    return pointed.startsWith("/") ? pointed : undefined;
  } catch {
    return undefined;
  }
}

/** A variable that is empty counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
