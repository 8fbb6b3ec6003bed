import { nearestName } from "../base/nearest-name.ts";
import { shellWord } from "../base/shell-word.ts";
import { UserError } from "../base/user-error.ts";
import { maskedFromLength } from "../base/word-mask.ts";
import type { SecretSource } from "./connection-config.ts";
import type { Fault } from "./fault.ts";
import { fileStatus } from "./file-status.ts";
import { readInfoFile } from "./info-file.ts";
import { faultAt, type FaultContext } from "./issue-faults.ts";
import { guideFor } from "./key-guide.ts";
import { loadParsedConfig, type ConfigLocation, type LoadedConfig } from "./load-config.ts";
import { byPlace, type ParsedConfig } from "./parse-config.ts";
import { findPasswordLines } from "./password-lines.ts";
import type { ReadConnection } from "./read-connection.ts";
import { expandUserPath } from "./user-path.ts";

/**
 * As loadConfig, and looks at info files, files of secrets, and habits that are better avoided. Runs no command of the
 * file. `patternFault` says what is wrong with one of `settings.redact`.
 */
export function inspectConfig(
  location: ConfigLocation,
  patternFault: (pattern: string) => string | undefined,
): LoadedConfig {
  const { parsed, loaded, folders } = loadParsedConfig(location);
  const faults = [...loaded.faults];
  const warnings = [...loaded.warnings];
  for (const [name, read] of parsed.reads) {
    const reporter = reporterFor(name, read, parsed.context);
    for (const [key, { source }] of secretsOf(read)) {
      faults.push(...secretFaults(key, source, folders, reporter));
      warnings.push(...secretWarnings(key, source, reporter));
      if (isInName(source, read)) warnings.push(reporter(key, `${key} ${inName}`, "choose another one"));
    }
    faults.push(...infoFaults(read, parsed, reporter));
    const now = loaded.connections.get(name);
    const isBarred = "config" in read.entry && now !== undefined && "problem" in now;
    if (isBarred && !loaded.faults.some(({ connection }) => connection === name))
      faults.push(reporter("proxy_jump", now.problem, "mend that connection, or name another way"));
    warnings.push(...jumpWarnings(read, parsed.reads.keys(), reporter));
    warnings.push(...infoWarnings(read, parsed));
  }
  if (parsed.barrier !== undefined) {
    const place = parsed.settingsPlace;
    const words = {
      message: `no connection opens: ${parsed.barrier}`,
      expected: guideFor("redact").expected,
      fix: "nothing is wrong with the line itself",
    };
    warnings.push(faultAt(parsed.context, place, words));
  }
  warnings.push(...missingFolders(parsed));
  faults.push(...redactionFaults(parsed, patternFault));
  return { ...loaded, faults: faults.toSorted(byPlace), warnings: warnings.toSorted(byPlace) };
}

function redactionFaults(
  { settings, settingsPlace, context }: ParsedConfig,
  patternFault: (pattern: string) => string | undefined,
): Fault[] {
  return settings.redact.flatMap((pattern) => {
    const fault = patternFault(pattern);
    if (fault === undefined) return [];
    const words = {
      message: `no tool answers: a pattern of redact cannot be used: ${fault}`,
      expected: guideFor("redact").expected,
      fix: "write it in RE2 syntax, or remove it",
    };
    return [faultAt(context, settingsPlace, words)];
  });
}

type Reporter = (key: string, message: string, fix: string) => Fault;

function reporterFor(name: string, read: ReadConnection, context: FaultContext): Reporter {
  return (key, message, fix) => {
    const top = key.split(".")[0] ?? key;
    return faultAt(context, read.placeOf(top), { message, expected: guideFor(top).expected, fix }, name);
  };
}

function secretsOf({ input }: ReadConnection): [key: string, secret: { source: SecretSource }][] {
  const result: [string, { source: SecretSource }][] = [];
  if (input?.password !== undefined) result.push(["password", input.password]);
  if (input?.passphrase !== undefined) result.push(["passphrase", input.passphrase]);
  for (const [name, secret] of Object.entries(input?.secrets ?? {})) result.push([`secrets.${name}`, secret]);
  return result;
}

const inName = "is also a part of the connection's name, host or user, so it is not masked in results";

function isInName(source: SecretSource, { entry }: ReadConnection): boolean {
  if (source.kind !== "plain" || !("config" in entry)) return false;
  const { name, host, user = "" } = entry.config;
  return [name, host, user].some((text) => text.includes(source.text));
}

function secretFaults(
  key: string,
  source: SecretSource,
  folders: { home: string; root: string },
  report: Reporter,
): Fault[] {
  if (source.kind !== "file") return [];
  const path = expandUserPath(source.from, folders.home, folders.root);
  const stats = path === undefined ? undefined : fileStatus(path);
  if (path === undefined || stats === undefined)
    return [report(key, `the file of ${key} does not exist: ${source.from}`, "correct the path")];
  if (!stats.isFile())
    return [report(key, `the file of ${key} is not a regular file: ${path}`, "correct the path")];
  return (stats.mode & 0o077n) === 0n
    ? []
    : [
        {
          ...report(
            key,
            `the file of ${key} is open to others: ${path}`,
            `run \`chmod 600 ${shellWord(path)}\``,
          ),
          openFile: path,
        },
      ];
}

function secretWarnings(key: string, source: SecretSource, report: Reporter): Fault[] {
  if (source.kind !== "plain") return [];
  const instead =
    key === "password"
      ? 'better a key or the agent, or {keychain: SERVICE}, {command: "…"}, {ask: true}'
      : 'better {keychain: SERVICE}, {command: "…"} or {ask: true}';
  const warnings = [report(key, `${key} stands in the file as text`, instead)];
  if (source.text.length < maskedFromLength) {
    warnings.push(
      report(
        key,
        `${key} is shorter than ${maskedFromLength} characters, too short to be masked in results`,
        "choose a longer one",
      ),
    );
  }
  return warnings;
}

function infoFaults(read: ReadConnection, parsed: ParsedConfig, report: Reporter): Fault[] {
  try {
    readInfo(read, parsed);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [report("info_file", error.message, error.hint)];
  }
}

function infoWarnings(read: ReadConnection, parsed: ParsedConfig): Fault[] {
  try {
    const info = readInfo(read, parsed);
    return info === undefined ? [] : findPasswordLines(info.infoContent, info.infoFile);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** A slip in a connection's name makes a host of it. */
function jumpWarnings({ input }: ReadConnection, names: Iterable<string>, report: Reporter): Fault[] {
  const known = [...names];
  return (input?.proxy_jump?.split(",") ?? []).flatMap((hop) => {
    const nearest = known.includes(hop) || /[@.:]/.test(hop) ? undefined : nearestName(hop, known);
    if (nearest === undefined) return [];
    const message = `no connection is named ${JSON.stringify(hop)}, so it is taken for a host`;
    return [report("proxy_jump", message, `did you mean \`${nearest}\`?`)];
  });
}

function missingFolders({ settings, context, transfersPlace }: ParsedConfig): Fault[] {
  if (transfersPlace === undefined) return [];
  return settings.transferDirs
    .filter((folder) => fileStatus(folder)?.isDirectory() !== true)
    .map((folder) =>
      faultAt(context, transfersPlace, {
        message: `the folder ${folder} of transfer_dirs does not exist`,
        expected: guideFor("transfer_dirs").expected,
        fix: `run \`mkdir -p -m 700 ${shellWord(folder)}\``,
      }),
    );
}

function readInfo({ infoFile }: ReadConnection, { plainSecrets }: ParsedConfig) {
  return infoFile === undefined ? undefined : readInfoFile({ name: "", infoFile }, plainSecrets);
}
