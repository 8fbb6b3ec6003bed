import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { shellWord } from "../base/shell-word.ts";
import { UserError } from "../base/user-error.ts";
import type { SecretSource } from "../config/connection-config.ts";
import { locateProgram } from "../platform/programs.ts";
import { runProcess } from "../platform/run-process.ts";

/** `key` is the secret's place in the connection, as `password` or `secrets.sudo`. */
export type SecretUse = {
  readonly connection: string;
  readonly key: string;
  /** This server's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a program that fetches a secret is given, PATH with it. */
  readonly childEnv: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

const timeLimitMs = 10_000;
/** ssh takes at most 1,023 from its askpass. */
const maxBytes = 1_000;

/** What password managers and keyrings find their store and their agent by. */
const keyringVariables = ["DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "PASSWORD_STORE_DIR"];

/**
 * The secret's value, fetched anew each time: one line without its end or any control character; undefined where a
 * human is to be asked. Throws SECRET_UNAVAILABLE, which names connection, key and source, never what was found there.
 */
export async function resolveSecret(source: SecretSource, use: SecretUse): Promise<string | undefined> {
  if (source.kind === "ask") return undefined;
  const text = await read(source, use);
  const [value = ""] = text.split(/\r?\n/, 1);
  if (value === "") throw unavailable(source, use, "is empty");
  if (/\p{Cc}/u.test(value)) throw unavailable(source, use, "holds a control character");
  if (Buffer.byteLength(value) > maxBytes) throw unavailable(source, use, `is longer than ${maxBytes} bytes`);
  return value;
}

type ReadableSource = Exclude<SecretSource, { kind: "ask" }>;

function read(source: ReadableSource, use: SecretUse): string | Promise<string> {
  switch (source.kind) {
    case "plain":
      return source.text;
    case "env": {
      const value = use.env[source.from];
      if (value === undefined) throw unavailable(source, use, "is not set");
      return value;
    }
    case "file":
      return readSecretFile(source.from, (fact, hint) => unavailable(source, use, fact, hint));
    case "command":
      return runForSecret(["/bin/sh", "-c", source.from], source, use);
    case "keychain":
      return runForSecret(keychainCommand(source.from, source, use), source, use);
  }
}

type Refusal = (fact: string, hint?: string) => UserError;

function readSecretFile(path: string, refusal: Refusal): string {
  const descriptor = openSecretFile(path, refusal);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw refusal("is no regular file");
    if (facts.uid !== process.getuid?.()) throw refusal("belongs to another user");
    if ((facts.mode & 0o077) !== 0) throw refusal("is open to others", `Run: chmod 600 ${shellWord(path)}`);
    const buffer = Buffer.alloc(maxBytes + 2);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}

function openSecretFile(path: string, refusal: Refusal): number {
  try {
    return openSync(
      path,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ELOOP") throw refusal("is a link", "Give the path of the file itself.");
    throw refusal(code === "ENOENT" ? "does not exist" : "cannot be read");
  }
}

function keychainCommand(service: string, source: ReadableSource, use: SecretUse): string[] {
  const [name = "", ...args] =
    process.platform === "darwin"
      ? ["security", "find-generic-password", "-w", "-s", service]
      : ["secret-tool", "lookup", "service", service];
  const program = locateProgram(name, (use.childEnv["PATH"] ?? "").split(":"));
  if (program === undefined)
    throw unavailable(source, use, `needs ${name}, which is not on PATH`, "Install libsecret-tools.");
  return [program, ...args];
}

/** What the program prints, its complaints too, may hold the secret and is shown to nobody. */
async function runForSecret(
  argv: readonly string[],
  source: ReadableSource,
  use: SecretUse,
): Promise<string> {
  const { exitCode, stdout, timedOut } = await runProcess(argv, {
    env: { ...use.childEnv, ...keyringEnvironment(use.env) },
    timeoutMs: timeLimitMs,
    maxOutputBytes: 64 * 1024,
    signal: use.signal,
  });
  if (timedOut) throw unavailable(source, use, `took longer than ${timeLimitMs / 1_000} s`);
  if (exitCode === 0) return stdout;
  throw unavailable(source, use, exitCode === null ? "was killed" : `failed with exit code ${exitCode}`);
}

function keyringEnvironment(env: SecretUse["env"]): Record<string, string> {
  return Object.fromEntries(
    keyringVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

/** The text of a command may itself hold a secret. */
function describeSource(source: ReadableSource): string {
  switch (source.kind) {
    case "plain":
      return "its text in config.yml";
    case "env":
      return `the environment variable ${source.from} of this server`;
    case "file":
      return `the file ${source.from}`;
    case "command":
      return "its command";
    case "keychain":
      return `the keychain's service ${source.from}`;
  }
}

function unavailable(
  source: ReadableSource,
  { connection, key }: SecretUse,
  fact: string,
  hint = `The user mends ${key} of ${connection} in config.yml, or what it names.`,
): UserError {
  const where = describeSource(source);
  return new UserError("SECRET_UNAVAILABLE", `${key} of connection ${connection}: ${where} ${fact}`, hint, {
    details: { source: source.kind },
  });
}
