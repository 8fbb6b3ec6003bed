import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UserError } from "../../../src/base/user-error.ts";
import type { SecretSource } from "../../../src/config/connection-config.ts";
import { resolveSecret } from "../../../src/policy/resolve-secret.ts";

const folder = mkdtempSync(join(tmpdir(), "secret-"));
afterAll(() => rmSync(folder, { recursive: true }));

const childEnv = { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder };
const use = {
  connection: "web",
  key: "secrets.db",
  env: { DB: "from-env", PRIVATE: "for-the-server-alone", GNUPGHOME: "/gnupg" },
  childEnv,
  signal: new AbortController().signal,
};

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function refusal(source: SecretSource): Promise<UserError> {
  const error = await resolveSecret(source, use).then(
    (value) => new Error(`resolved to ${value}`),
    (reason) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

describe("a secret", () => {
  test("stands as text, in a variable, in a file's first line, or is a command's first line", async () => {
    const file = write("one", "from file\nmore\n");
    const sources: [SecretSource, string][] = [
      [{ kind: "plain", text: "as text" }, "as text"],
      [{ kind: "env", from: "DB" }, "from-env"],
      [{ kind: "file", from: file }, "from file"],
      [{ kind: "command", from: "printf 'from command\\r\\nmore\\n'" }, "from command"],
    ];
    for (const [source, value] of sources) expect(await resolveSecret(source, use)).toBe(value);
  });

  test("that a human is to give is no value", async () => {
    expect(await resolveSecret({ kind: "ask" }, use)).toBeUndefined();
  });

  test("is looked up by its service in the keychain", async () => {
    mkdirSync(join(folder, "bin"));
    const program = process.platform === "darwin" ? "security" : "secret-tool";
    write(join("bin", program), "#!/bin/sh\nprintf '%s|' \"$@\"\n", 0o700);
    expect(await resolveSecret({ kind: "keychain", from: "my db" }, use)).toContain("service|my db|");
  });

  test("is fetched by a command with the keyring's variables and none else of the server's", async () => {
    const source = { kind: "command", from: "env | tr '\\n' ' '" } as const;
    const seen = await resolveSecret(source, use);
    expect(seen).toContain("GNUPGHOME=/gnupg");
    expect(seen).not.toContain("for-the-server-alone");
  });
});

describe("a secret that cannot be had", () => {
  test("is told by connection, key and source, never by what was found", async () => {
    const failing = await refusal({ kind: "command", from: "echo hunter22; echo hunter22 >&2; exit 3" });
    expect(failing.code).toBe("SECRET_UNAVAILABLE");
    expect(failing.message).toBe("secrets.db of connection web: its command failed with exit code 3");
    expect(failing.details).toEqual({ source: "command" });
    expect(JSON.stringify([failing.message, failing.hint])).not.toContain("hunter22");
    expect((await refusal({ kind: "env", from: "NONE" })).message).toContain(
      "NONE of this server is not set",
    );
  });

  test("is a file only where it is regular, private and there", async () => {
    const open = write("open", "hunter22", 0o640);
    const link = join(folder, "link");
    symlinkSync(write("private", "hunter22"), link);
    expect((await refusal({ kind: "file", from: open })).hint).toBe(`Run: chmod 600 ${open}`);
    expect((await refusal({ kind: "file", from: link })).message).toEndWith("is a link");
    expect((await refusal({ kind: "file", from: folder })).message).toEndWith("is no regular file");
    expect((await refusal({ kind: "file", from: `${folder}/none` })).message).toEndWith("does not exist");
  });

  test("is empty, has a control character, or is longer than ssh takes", async () => {
    const facts = ["", "\nsecond", "a\u0003b", "x".repeat(1_001)].map(
      (text) => ({ kind: "plain", text }) as const,
    );
    const messages = await Promise.all(facts.map(async (source) => (await refusal(source)).message));
    expect(messages.map((message) => message.replace(/^.*yml /, ""))).toEqual([
      "is empty",
      "is empty",
      "holds a control character",
      "is longer than 1000 bytes",
    ]);
  });

  test("leaves no program behind when its command takes too long", async () => {
    const pidFile = join(folder, "pid");
    const source = { kind: "command", from: `(echo $$ >${pidFile}; sleep 300) | cat; :` } as const;
    expect((await refusal(source)).message).toEndWith("took longer than 10 s");
    expect(existsSync(`/proc/${readFileSync(pidFile, "utf8").trim()}/stat`)).toBe(false);
  });
});
