import { hostKeyOptions } from "./host-key-options.ts";
import { hostWordsPrompts } from "./question.ts";
import { isAtLeast, type SshVersion } from "./version.ts";

// ssh_config(5), read for OpenSSH 9.2 and the release notes from 7.0 to 10.1 on 2026-11-22.

export type ClientConfig = {
  readonly version: SshVersion;
  /** `never`: there is nobody to answer. Passwords are asked for only where the configuration has one for this host. */
  readonly asks: "never" | "no password" | "password";
  /** A hop only carries the connection to the next host: no terminal, no control socket, no command. */
  readonly role: "target" | "hop";
  readonly hostKey?: string | undefined;
  readonly sshOptions: Readonly<Record<string, string>>;
  readonly connectTimeoutSeconds: number;
  /** Set where the user's own configuration has no ServerAliveInterval. */
  readonly addKeepAlive: boolean;
  /** As ssh_config takes it, `none` included; left out, the user's configuration decides. */
  readonly proxyCommand?: string | undefined;
  /** The user's and then the system's ssh_config, those that exist. */
  readonly inherited: readonly InheritedConfig[];
};

/** `text` is needed below OpenSSH 7.3 only, which has no Include. */
export type InheritedConfig = { readonly path: string; readonly text?: string };

type Option = { readonly line: string; readonly since?: readonly [major: number, minor: number] };

const keepAlive = ["ServerAliveInterval 15", "ServerAliveCountMax 3"];

/** In force for every host; ssh takes the first value that it meets, so nothing inherited undoes one. */
const always: readonly Option[] = [
  { line: "EscapeChar none" },
  { line: "LogLevel DEBUG1" },
  { line: "PermitLocalCommand no" },
  { line: "VisualHostKey no" },
  { line: "NumberOfPasswordPrompts 1" },
  { line: "VerifyHostKeyDNS no" },
  { line: "NoHostAuthenticationForLocalhost no" },
  { line: "FingerprintHash sha256" },
  { line: "UpdateHostKeys no" },
  { line: "ForwardAgent no" },
  { line: "ForwardX11 no" },
  { line: "Tunnel no" },
  { line: "ClearAllForwardings yes" },
  { line: "ControlPersist no" },
  { line: "ConnectionAttempts 1" },
  { line: "ForkAfterAuthentication no", since: [8, 7] },
  { line: "StdinNull no", since: [8, 7] },
];

const targetOnly: readonly Option[] = [
  { line: "ControlMaster yes" },
  { line: "RequestTTY force" },
  { line: "SessionType default", since: [8, 7] },
];

const hopOnly: readonly Option[] = [
  { line: "ControlMaster no" },
  { line: "ControlPath none" },
  { line: "RequestTTY no" },
  { line: "RemoteCommand none", since: [7, 6] },
];

/** The whole option file (`ssh -F`) of one host. Throws CONFIG_INVALID where this ssh cannot check host keys as asked. */
export function renderClientConfig(config: ClientConfig): string {
  const options = [...always, ...(config.role === "target" ? targetOnly : hopOnly)];
  const lines = [
    ...hostKeyOptions(config, config.version),
    ...Object.entries(config.sshOptions).map(([keyword, value]) => `${keyword} ${value}`),
    ...asking(config),
    ...options
      .filter(({ since }) => since === undefined || isAtLeast(config.version, ...since))
      .map(({ line }) => line),
    `ConnectTimeout ${config.connectTimeoutSeconds}`,
    ...(config.addKeepAlive ? keepAlive : []),
    ...(config.proxyCommand === undefined
      ? []
      : [`ProxyCommand ${config.proxyCommand}`, "ProxyUseFdpass no"]),
    ...config.inherited.flatMap((file) => ["Match all", inherit(file, config.version)]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Where the host words its questions itself, ssh's own come first, since none can be told from the host's after one of those. */
function asking({ asks, version }: ClientConfig): string[] {
  if (asks === "never") return ["BatchMode yes"];
  if (asks === "no password") return ["BatchMode no", "PasswordAuthentication no"];
  return hostWordsPrompts(version) ? ["BatchMode no", ownQuestionsFirst] : ["BatchMode no"];
}

const ownQuestionsFirst =
  "PreferredAuthentications gssapi-with-mic,hostbased,publickey,password,keyboard-interactive";

function inherit({ path, text = "" }: InheritedConfig, version: SshVersion): string {
  return isAtLeast(version, 7, 3) ? `Include "${globFor(path)}"` : text;
}

/** A glob that matches `path`: what ssh's parser or glob(3) would read otherwise stands as `[x]`, or as `?` where that cannot be. */
function globFor(path: string): string {
  return path.replace(/[*?[]/g, "[$&]").replace(/["\\{}%$\n]/g, "?");
}
