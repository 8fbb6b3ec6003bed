import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";

import { runValidate } from "../../src/cli/validate.ts";
import { TempHome } from "../support/temp-home.ts";

let temp: TempHome;
beforeEach(() => {
  temp = new TempHome();
});
afterEach(() => temp[Symbol.asyncDispose]());

function validate(
  text: string | undefined,
  options: { json?: boolean; color?: boolean; path?: string } = {},
) {
  if (text !== undefined) temp.writeConfig(text);
  let out = "";
  let err = "";
  const code = runValidate({
    path: options.path ?? temp.configFile,
    root: temp.root,
    home: temp.home,
    json: options.json ?? false,
    color: options.color ?? false,
    stdout: (chunk) => (out += chunk),
    stderr: (chunk) => (err += chunk),
  });
  return { code, out, err };
}

describe("validate", () => {
  test("of a sound configuration says so and exits 0", () => {
    const { code, out, err } = validate("connections:\n  web: {host: a}\n");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("valid");
    expect(out).toContain("0 faults, 0 warnings, 1 of 1 connection can be opened");
  });

  test("shows each fault with its place, the line, a mark under the column, what is expected and the fix", () => {
    const { code, out } = validate("connections:\n  web:\n    host: a\n    prot: 22\n    port: 70000\n");
    expect(code).toBe(1);
    expect(out).toContain('4:5 error: unknown key "prot" (connection "web")\n  |     prot: •••\n  |     ^\n');
    expect(out).toContain("5:11 error: port is not a whole number from 1 to 65535");
    expect(out).toContain(
      "  |     port: 70000\n  |           ^\n  expected: a whole number from 1 to 65535\n  fix: write for example `port: 22`\n",
    );
    expect(out).toContain("2 faults, 0 warnings, 0 of 1 connection can be opened");
  });

  test("shows no password that stands in an address", () => {
    const { out } = validate("connections:\n  web:\n    host: root:hunter22@web\n");
    expect(out).toContain("  |     host: •••\n");
    expect(out).not.toContain("hunter22");
  });

  test("of a file of which nothing can be used exits 3 and speaks on stderr", () => {
    const { code, out, err } = validate("connections:\n\tweb: {host: a}\n");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("2:1 error: this is not YAML: a tab");
    expect(err).toContain("fix: indent with spaces");
  });

  test("of a missing file or one that is open to others exits 3 with the command to run", () => {
    expect(validate(undefined)).toMatchObject({
      code: 3,
      err: expect.stringContaining("there is no configuration at"),
    });
    const open = temp.write("other.yml", "connections: {}\n", 0o644);
    expect(validate(undefined, { path: open })).toMatchObject({
      code: 3,
      err: expect.stringContaining(`chmod 600 ${open}`),
    });
  });

  test("takes another file than the tree's own", () => {
    const file = temp.write("elsewhere/my.yml", "connections:\n  web: {host: a}\n");
    expect(validate(undefined, { path: file })).toMatchObject({
      code: 0,
      out: expect.stringContaining(file),
    });
  });

  test("looks at key files, info files and files of secrets", () => {
    temp.write("open-key", "key", 0o644);
    temp.write("open-secret", "x", 0o644);
    const { code, out } = validate(
      "connections:\n  a: {host: a, key_path: ~/open-key}\n  b: {host: b, key_path: ~/none}\n  c: {host: c, info_file: none.md}\n  d: {host: d, info_file: ../config.yml}\n" +
        "  e: {host: e, password: {file: ~/open-secret}}\n  f: {host: f, password: {file: ~/none}}\n",
    );
    expect(code).toBe(1);
    for (const words of [
      `chmod 600 ${temp.home}/open-key`,
      `${temp.home}/none does not exist`,
      "info/none.md does not exist",
      "is outside",
      `chmod 600 ${temp.home}/open-secret`,
      "the file of password does not exist",
    ]) {
      expect(out).toContain(words);
    }
  });

  test("advises against plain passwords, and flags short ones", () => {
    const { code, out } = validate(
      "connections:\n  a: {host: a, password: abc12}\n  b: {host: b, user: vagrant, password: vagrant, secrets: {db: hunter22}}\n",
    );
    expect(code).toBe(0);
    for (const words of [
      "password stands in the file as text",
      "password is shorter than 6 characters",
      "secrets.db stands in the file as text",
      "password is also a part of the connection's name",
    ]) {
      expect(out).toContain(words);
    }
    expect(out).not.toMatch(/abc12|hunter22/);
  });

  test("shows what is wrong with a pattern of settings.redact, without which nothing may be shown", () => {
    const { code, out } = validate("connections:\n  web: {host: a}\nsettings: {redact: ['x(?=y)']}\n");
    expect(code).toBe(1);
    expect(out).toContain("a pattern of redact cannot be used");
  });

  test("tells of each connection that another one's fault bars, of slips in jumps, and of missing folders", () => {
    const { code, out } = validate(
      "connections:\n  a: {host: a, proxy_jump: b}\n  b: {host: b, proxy_jump: a}\n  c: {host: c, proxy_jump: d}\n" +
        "  d: {host: d, key_path: ~/none}\n  e: {host: e, proxy_jump: bastoin}\n  bastion: {host: f}\n" +
        "settings: {transfer_dirs: [~/share]}\n",
    );
    expect(code).toBe(1);
    for (const words of [
      '2:28 error: its proxy_jump leads in a circle (connection "a")',
      '3:28 error: its proxy_jump leads in a circle (connection "b")',
      '4:28 error: its proxy_jump "d" cannot be used (connection "c")',
      '6:28 warning: no connection is named "bastoin"',
      "did you mean `bastion`?",
      `mkdir -p -m 700 ${temp.home}/share`,
      "4 faults, 2 warnings, 2 of 6 connections can be opened",
    ])
      expect(out).toContain(words);
  });

  test("flags lines of an info file that look like passwords, with the entry to use instead", () => {
    temp.write(".mcp-ssh-interactive/info/web.md", "# Web\nsudo password: prod_admin_2024\n");
    const { code, out } = validate("connections:\n  web: {host: a, info_file: web.md}\n");
    expect(code).toBe(0);
    expect(out).toContain(`${join(temp.root, "info/web.md")}:2:16 warning`);
    expect(out).toContain("`secrets: {sudo: {ask: true, for: sudo}}`");
    expect(out).not.toContain("prod_admin_2024");
  });

  test("prints no escape sequence of the file, and colours only when asked", () => {
    const text = 'connections:\n  "a\\e[31mb":\n    host: "\u202ex\\e]0;y\\a\u009b31m"\n';
    expect(validate(text).out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(validate(text, { color: true }).out).toContain("\u001b[31merror\u001b[39m");
  });
});

describe("validate --json", () => {
  test("gives faults, warnings and which connections open", () => {
    const { code, out } = validate(
      "connections:\n  web: {host: a, prot: 1}\n  db: {host: b}\n  db: {host: c}\n",
      { json: true },
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      file: temp.configFile,
      valid: false,
      faults: [{ line: 2, column: 18, connection: "web", message: 'unknown key "prot"' }],
      warnings: [{ line: 4, column: 3 }],
      connections: [
        { name: "web", opens: false, problem: expect.stringContaining("prot") },
        { name: "db", opens: true },
      ],
    });
  });

  test("gives the error of an unusable file on stdout, with exit code 3", () => {
    const { code, out, err } = validate("connections: [", { json: true });
    expect({ code, err }).toEqual({ code: 3, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      error: { code: "CONFIG_INVALID" },
      faults: [{ line: 1 }],
    });
  });
});
