import { join } from "node:path";

import type { ConnectionConfig } from "../config/connection-config.ts";
import { createConfigSource } from "../config/load-config.ts";
import { homeTree, openHomeTree } from "../platform/home-tree.ts";
import { recordAct } from "../policy/gatehouse.ts";
import { askConsent, humanBy, requireHuman } from "../policy/human-presence.ts";
import { usableConfig } from "../sessions/usable-config.ts";
import type { SshConnection } from "../ssh/connection.ts";
import { askHostKey, type OfferedKey } from "../ssh/offered-key.ts";
import { prepareSsh, type HostOnTheWay, type PreparedSsh } from "../ssh/prepare.ts";
import { recordHostKey, writtenFile } from "../ssh/record-host-key.ts";
import { removeSshFiles } from "../ssh/session-files.ts";
import { readSshVersion, type SshVersion } from "../ssh/version.ts";
import { gatehouseOf } from "./approve/gatehouse-of.ts";
import { exitCodes, type Invocation, type RunCommand } from "./command.ts";
import { findSsh } from "./find-programs.ts";
import { jsonText } from "./json-text.ts";
import { printable } from "./printable.ts";
import { factsOf, renderLeft, renderOffer } from "./trust-text.ts";

type Way = { readonly prepared: PreparedSsh; readonly version: SshVersion };

/** Adds the keys of a connection's host and of the jump hosts before it to known_hosts, each after the human's own yes. */
export const trust: RunCommand = async (invocation) => {
  const name = invocation.words[0] ?? "";
  const tree = homeTree(invocation.root, process.getuid?.() ?? 0);
  // No session has a dot in its name.
  const temporary = `trust.${process.pid}`;
  const clean = () => removeSshFiles(tree.runtime, temporary);
  process.on("exit", clean);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, endInterrupted);
  try {
    const way = await prepare(invocation, name, temporary);
    return invocation.flags.has("--json")
      ? await report(way, name, invocation)
      : await decide(way, name, invocation);
  } finally {
    clean();
    process.off("exit", clean);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, endInterrupted);
  }
};

function endInterrupted(): never {
  process.exit(exitCodes.interrupted);
}

async function prepare(invocation: Invocation, name: string, sessionName: string): Promise<Way> {
  const { root, home } = invocation;
  const tree = homeTree(root, process.getuid?.() ?? 0);
  const config = createConfigSource({ path: tree.configFile, home, root }).current();
  const connection = sshConnection(usableConfig(config, name));
  const { ssh, env } = findSsh(invocation);
  const version = await readSshVersion(ssh, env);
  openHomeTree(tree);
  process.chdir(root);
  const prepared = await prepareSsh({
    ssh,
    version,
    connection,
    lookupConnection: (other) => {
      const entry = config.connections.get(other);
      return entry !== undefined && "config" in entry ? sshConnection(entry.config) : undefined;
    },
    runtimeFolder: tree.runtime,
    sessionName,
    userConfig: join(home, ".ssh", "config"),
    systemConfig: "/etc/ssh/ssh_config",
    env,
    connectTimeoutSeconds: 30,
  });
  return { prepared, version };
}

/** Without any secret: a jump host that wants one asks for it in this terminal. */
function sshConnection(config: ConnectionConfig): SshConnection {
  const { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions } = config;
  return { name, host, user, port, keyPath, useAgent, proxyJump, hostKey, sshOptions };
}

/** A host behind one that is not trusted is not asked. */
async function report({ prepared, version }: Way, name: string, { stdout }: Invocation): Promise<number> {
  const hosts = [];
  for (const way of [...prepared.hops, prepared.target]) {
    const offer = await askHostKey(prepared, way, version);
    hosts.push(factsOf(way, offer));
    if (offer.status !== "trusted") break;
  }
  const trusted = hosts.every(({ status }) => status === "trusted");
  stdout(jsonText({ connection: name, trusted, hosts }));
  return trusted ? exitCodes.done : exitCodes.failed;
}

async function decide({ prepared, version }: Way, name: string, invocation: Invocation): Promise<number> {
  const { stdout } = invocation;
  const { tree, gatehouse } = gatehouseOf(invocation);
  using terminal = await requireHuman(`mcp-ssh-interactive trust ${name}`, tree.locks);
  for (const way of [...prepared.hops, prepared.target]) {
    const offer = await askHostKey(prepared, way, version);
    const title = titleOf(prepared, way);
    if (offer.status === "trusted") {
      stdout(`The key of ${title} is trusted: ${offer.shown}\n`);
      continue;
    }
    terminal.write(`${renderOffer(title, offer)}\n`);
    const question = `Only if the administrator of ${title} gave you this very fingerprint`;
    const consent = await askConsent(terminal, question);
    if (consent === "interrupted") return exitCodes.interrupted;
    if (consent === "refused") {
      stdout("Nothing was changed.\n");
      return exitCodes.failed;
    }
    await recordAct(gatehouse, {
      act: "trust",
      connection: name,
      host: title,
      key: offer.shown,
      replaced: offer.stale.length,
      by: humanBy("at a terminal"),
    });
    record(title, offer, stdout);
    const now = await askHostKey(prepared, way, version);
    if (now.status === "trusted") continue;
    stdout(
      `ssh still does not take the key of ${title}; what it says: ssh -v ${printable(now.resolved.host)}\n`,
    );
    return exitCodes.failed;
  }
  return exitCodes.done;
}

type Untrusted = Exclude<OfferedKey, { status: "trusted" }>;

function record(title: string, offer: Untrusted, stdout: (text: string) => void): void {
  const left = recordHostKey(offer.resolved, offer.key, offer.stale);
  stdout(`The key of ${title} was added to ${printable(writtenFile(offer.resolved))}.\n${renderLeft(left)}`);
}

function titleOf({ target }: PreparedSsh, way: HostOnTheWay): string {
  return printable(way === target ? way.label : `jump host ${way.label}`);
}
