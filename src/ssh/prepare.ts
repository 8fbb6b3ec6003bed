import { accessSync, constants, readFileSync } from "node:fs";

import { askWords, asksByProgram, hopAskWords } from "./ask-words.ts";
import { renderClientConfig, type InheritedConfig } from "./client-config.ts";
import type { Secrets, SshConnection } from "./connection.ts";
import { checkKey } from "./key-check.ts";
import { humanArgs, renderJumps } from "./plain-ssh.ts";
import type { Questions } from "./questions.ts";
import { resolveHost, type Resolution, type ResolvedHost } from "./resolve.ts";
import { planRoute, type Hop } from "./route.ts";
import {
  makeSessionFolder,
  removeSshFiles,
  sessionFiles,
  writeSessionFile,
  type SessionFiles,
} from "./session-files.ts";
import { escapePercent, shellQuote } from "./shell-quote.ts";
import { isAtLeast, type SshVersion } from "./version.ts";

/** `askpass` is the absolute path of the program that ssh runs to ask. */
export type Asking = { readonly questions: Questions; readonly askpass: string };

export type SshRequest = {
  /** Absolute path. */
  readonly ssh: string;
  readonly version: SshVersion;
  readonly connection: SshConnection;
  /** The other connections, for `proxyJump`. */
  readonly lookupConnection: (name: string) => SshConnection | undefined;
  /** 0700, of ours alone, and short: the control socket lives in it. */
  readonly runtimeFolder: string;
  readonly sessionName: string;
  /** The user's and the system's ssh_config; either may be missing. */
  readonly userConfig: string;
  readonly systemConfig: string;
  readonly env: Readonly<Record<string, string>>;
  readonly connectTimeoutSeconds: number;
  /** Left out where nobody can be asked anything: then ssh does not. */
  readonly asking?: Asking;
};

/** One host on the way, as a failure needs it. */
export type HostOnTheWay = {
  readonly label: string;
  readonly logFile: string;
  readonly askFile: string;
  readonly secrets: Secrets;
  readonly keyPath: string | undefined;
  readonly hostKey: string | undefined;
  readonly resolution: Resolution;
  /** What a human's plain ssh needs for the same destination, besides the host. */
  readonly humanArgs: readonly string[];
};

export type PreparedSsh = {
  /** Absolute paths, ssh's perhaps behind words for its environment; no secret in it. */
  readonly argv: readonly string[];
  /** ssh's own logs: the target's, then those of the hops in the order in which they are dialled. */
  readonly logFiles: readonly string[];
  readonly controlPath: string;
  readonly info: { readonly host: string; readonly user: string; readonly port: number };
  /** The session is not a login shell when the user's ssh_config runs a command instead. */
  readonly remoteCommand: string | undefined;
  readonly target: HostOnTheWay;
  readonly hops: readonly HostOnTheWay[];
  /** Else ssh asks on its terminal. */
  readonly asksByProgram: boolean;
};

/**
 * Writes the option files of one session's ssh and says how to start it.
 * Throws CONFIG_INVALID (ssh_config, jump hosts) and KEY_UNUSABLE (`keyPath` missing or open to others); then no file is left.
 */
export async function prepareSsh(request: SshRequest): Promise<PreparedSsh> {
  const files = sessionFiles(request.runtimeFolder, request.sessionName);
  removeSshFiles(request.runtimeFolder, request.sessionName);
  makeSessionFolder(files);
  try {
    return await writeAll(request, files);
  } catch (error) {
    removeSshFiles(request.runtimeFolder, request.sessionName);
    throw error;
  }
}

async function writeAll(request: SshRequest, files: SessionFiles): Promise<PreparedSsh> {
  const { connection, lookupConnection, asking } = request;
  checkKey(connection.keyPath);
  const inherited = inheritedConfigs(request);
  const writer: Writer = { request, files, inherited };
  const target = await resolveWith(writer, files.config(), "target", connection);
  const route = await planRoute(connection, target.resolved, {
    connection: lookupConnection,
    resolve: async (hop) => (await resolveWith(writer, files.config(1), "hop", hop)).resolved,
  });
  const hops = writeHops(writer, route ?? []);
  writeConfig(writer, files.config(), "target", connection, {
    addKeepAlive: target.resolved.serverAliveIntervalSeconds === 0,
    proxyCommand: route === undefined ? undefined : (hops.at(-1)?.proxyCommand ?? "none"),
  });
  const way = targetOnTheWay(writer, target.resolution, route);
  if (asking !== undefined) {
    for (const each of [way, ...hops.map((hop) => hop.way)])
      writeSessionFile(each.askFile, await asking.questions.admit(files.askSocket, each));
  }
  const { host, user, port } = target.resolved;
  return {
    argv: targetArgv(request, files),
    logFiles: [files.log(), ...hops.map((hop) => hop.way.logFile)],
    controlPath: files.controlPath,
    info: { host, user, port },
    remoteCommand: target.resolved.remoteCommand,
    target: way,
    hops: hops.map((hop) => hop.way),
    asksByProgram: asksByProgram(request.version),
  };
}

function targetOnTheWay(
  { request: { connection }, files }: Writer,
  resolution: Resolution,
  route: readonly Hop[] | undefined,
): HostOnTheWay {
  return {
    label: connection.name,
    logFile: files.log(),
    askFile: files.ask(),
    secrets: connection.secrets ?? {},
    keyPath: connection.keyPath,
    hostKey: connection.hostKey,
    resolution,
    humanArgs: [
      ...humanArgs(connection),
      ...(connection.proxyJump === undefined ? [] : ["-J", renderJumps(route)]),
    ],
  };
}

function targetArgv({ ssh, version, env, connection, asking }: SshRequest, files: SessionFiles): string[] {
  const asks = asking === undefined ? [] : askWords(env, version, asking.askpass, files.ask());
  const control = ["-M", "-S", escapePercent(files.controlPath)];
  const host = [...hostArgs(connection, version), "--", connection.host];
  return [...asks, ssh, "-F", files.config(), "-E", files.log(), "-tt", ...control, ...host];
}

type Writer = {
  readonly request: SshRequest;
  readonly files: SessionFiles;
  readonly inherited: readonly InheritedConfig[];
};

type Endpoint = Omit<SshConnection, "name" | "proxyJump">;

type Extra = { readonly addKeepAlive?: boolean; readonly proxyCommand?: string | undefined };

async function resolveWith(
  writer: Writer,
  configFile: string,
  role: "target" | "hop",
  host: Endpoint,
): Promise<{ resolution: Resolution; resolved: ResolvedHost }> {
  writeConfig(writer, configFile, role, host, {});
  const resolution = resolutionOf(writer.request, configFile, host);
  return { resolution, resolved: await resolveHost(resolution) };
}

function resolutionOf({ ssh, version, env }: SshRequest, configFile: string, host: Endpoint): Resolution {
  return { ssh, args: ["-F", configFile, ...hostArgs(host, version)], host: host.host, env };
}

/** Each hop is reached through the one before it, by the ProxyCommand in its own option file. */
function writeHops(writer: Writer, route: readonly Hop[]): { way: HostOnTheWay; proxyCommand: string }[] {
  const { request, files } = writer;
  const written: { way: HostOnTheWay; proxyCommand: string }[] = [];
  for (const [index, hop] of route.entries()) {
    checkKey(hop.keyPath);
    const [configFile, logFile] = [files.config(index + 1), files.log(index + 1)];
    // The first hop keeps a ProxyCommand of the user's own; its ProxyJump, if it had one, is in the route already.
    writeConfig(writer, configFile, "hop", hop, {
      proxyCommand: written.at(-1)?.proxyCommand ?? (hop.isDirect === true ? "none" : undefined),
    });
    const askFile = files.ask(index + 1);
    const { ssh, version, asking } = request;
    const asks = asking === undefined ? [] : hopAskWords(version, askFile);
    const argv = [...asks, ssh, "-F", configFile, "-E", logFile, ...hostArgs(hop, version), "-W"];
    const command = argv.map((word) => escapePercent(shellQuote(word))).join(" ");
    written.push({
      way: {
        label: hop.label,
        logFile,
        askFile,
        secrets: hop.secrets ?? {},
        keyPath: hop.keyPath,
        hostKey: hop.hostKey,
        resolution: resolutionOf(request, configFile, hop),
        humanArgs: humanArgs(hop),
      },
      proxyCommand: `${command} '[%h]:%p' -- ${escapePercent(shellQuote(hop.host))}`,
    });
  }
  return written;
}

function writeConfig(
  { request, inherited }: Writer,
  path: string,
  role: "target" | "hop",
  host: Endpoint,
  extra: Extra,
): void {
  const { version, connectTimeoutSeconds, asking } = request;
  const text = renderClientConfig({
    asks: asking === undefined ? "never" : host.secrets?.password === undefined ? "no password" : "password",
    version,
    role,
    hostKey: host.hostKey,
    sshOptions: host.sshOptions,
    connectTimeoutSeconds,
    addKeepAlive: extra.addKeepAlive ?? false,
    proxyCommand: extra.proxyCommand,
    inherited,
  });
  writeSessionFile(path, text);
}

function hostArgs({ user, port, keyPath, useAgent }: Endpoint, version: SshVersion): string[] {
  return [
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(keyPath === undefined ? [] : ["-i", escapePercent(keyPath), "-o", "IdentitiesOnly=yes"]),
    ...(useAgent === false && isAtLeast(version, 7, 3) ? ["-o", "IdentityAgent=none"] : []),
  ];
}

function inheritedConfigs({ version, userConfig, systemConfig }: SshRequest): InheritedConfig[] {
  return [userConfig, systemConfig]
    .filter(isReadable)
    .map((path) => (isAtLeast(version, 7, 3) ? { path } : { path, text: readFileSync(path, "utf8") }));
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
