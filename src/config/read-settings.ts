import { join } from "node:path";

import { nearestName } from "../base/nearest-name.ts";
import type { Settings } from "./connection-config.ts";
import type { Fault } from "./fault.ts";
import { faultAt, faultsOfIssues, toPlain, type FaultContext } from "./issue-faults.ts";
import type { Folders } from "./read-connection.ts";
import { settingsSchema, settingsShape, type SettingsInput } from "./schema.ts";
import { expandUserPath } from "./user-path.ts";
import type { YamlEntry } from "./yaml-tree.ts";

/** `barrier` says why no connection may open, where a setting asks for what cannot be kept. */
export type ReadSettings = {
  readonly settings: Settings;
  readonly faults: readonly Fault[];
  readonly barrier: string | undefined;
};

/** A setting with a fault has its default; the others hold. */
export function readSettings(
  entry: YamlEntry | undefined,
  context: FaultContext,
  folders: Folders,
): ReadSettings {
  const isBlank = entry?.value.kind === "scalar" && entry.value.value === null;
  if (entry === undefined || isBlank)
    return { settings: toSettings({}, folders), faults: [], barrier: undefined };
  const plain = toPlain(entry.value);
  const keys = Object.keys(settingsShape);
  const parsed = settingsSchema.safeParse(plain);
  const where = { node: entry.value, place: entry.keyPlace, keysAt: () => keys };
  const faults = parsed.success ? [] : faultsOfIssues(context, parsed.error.issues, where);
  if (entry.value.kind !== "map")
    return { settings: toSettings({}, folders), faults, barrier: "`settings` cannot be read" };
  const input = parsed.success ? parsed.data : soundPart(plain);
  for (const folder of input.transfer_dirs ?? []) {
    if (expandUserPath(folder, folders.home, folders.root) !== undefined) continue;
    const place = entry.value.entries.get("transfer_dirs")?.value.place ?? entry.keyPlace;
    faults.push(
      faultAt(context, place, {
        message: "transfer_dirs names another user's ~",
        expected: "a list of folders",
        fix: "write the absolute path",
      }),
    );
  }
  return {
    settings: toSettings(input, folders),
    faults,
    barrier: barrierOf([...entry.value.entries.keys()], input),
  };
}

/** What hides secrets must be read whole, and a misspelt key counts as meant. */
function barrierOf(present: readonly string[], input: SettingsInput): string | undefined {
  const misspelt = present.find(
    (name) =>
      !Object.hasOwn(settingsShape, name) && nearestName(name.slice(0, 100), ["redact"]) !== undefined,
  );
  if (misspelt !== undefined) return `\`settings.${misspelt}\` is unknown: did you mean \`redact\`?`;
  const isUnread = present.includes("redact") && input.redact === undefined;
  return isUnread ? "`settings.redact` cannot be read" : undefined;
}

function soundPart(plain: unknown): SettingsInput {
  const sound: Record<string, unknown> = {};
  if (typeof plain === "object" && plain !== null) {
    for (const [key, value] of Object.entries(plain)) {
      const schema = Object.entries(settingsShape).find(([name]) => name === key)?.[1];
      if (schema?.safeParse(value).success === true) sound[key] = value;
    }
  }
  return settingsSchema.parse(sound);
}

function toSettings(input: SettingsInput, { home, root }: Folders): Settings {
  const folders = (input.transfer_dirs ?? [join(root, "transfers")]).flatMap(
    (folder) => expandUserPath(folder, home, root) ?? [],
  );
  return {
    waitSeconds: input.wait_seconds ?? 0,
    ...(input.max_wait_seconds === undefined ? {} : { maxWaitSeconds: input.max_wait_seconds }),
    results: input.results ?? "auto",
    logMaxMb: input.log_max_mb ?? 64,
    logRetentionDays: input.log_retention_days ?? 30,
    maxSessions: input.max_sessions ?? 100,
    transferDirs: folders,
    redact: input.redact ?? [],
    allowVulnerableTmux: input.allow_vulnerable_tmux ?? false,
  };
}
