import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../../src/base/user-error.ts";
import { readInfoFile } from "../../../src/config/info-file.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { findPasswordLines } from "../../../src/config/password-lines.ts";
import { TempHome } from "../../support/temp-home.ts";

let temp: TempHome;
beforeEach(() => {
  temp = new TempHome();
});
afterEach(() => temp[Symbol.asyncDispose]());

const info = (name: string) => `.mcp-ssh-interactive/info/${name}`;

function read(infoFile: string) {
  temp.writeConfig(
    `connections:\n  web: {host: a, info_file: ${JSON.stringify(infoFile)}}\n  db: {host: b, password: hunter22}\n`,
  );
  const loaded = loadConfig({ path: temp.configFile, home: temp.home });
  const entry = loaded.connections.get("web");
  if (entry === undefined || !("config" in entry)) throw new Error("web does not open");
  return readInfoFile(entry.config, loaded.plainSecrets);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
  return "none";
}

describe("an info file", () => {
  test("is found in info/, under ~ and by its absolute path", () => {
    temp.write(info("sub/web.md"), "relative");
    const absolute = temp.write("notes/web.md", "elsewhere");
    expect(read("sub/web.md")).toEqual({
      infoFile: join(temp.root, "info/sub/web.md"),
      infoContent: "relative",
      truncated: false,
    });
    expect(read("~/notes/web.md").infoContent).toBe("elsewhere");
    expect(read(absolute).infoContent).toBe("elsewhere");
  });

  test("with a password of the configuration shows it masked", () => {
    temp.write(info("web.md"), "root: hunter22\n");
    expect(read("web.md").infoContent).toBe("root: •••\n");
  });

  test("of more than 256 KiB is cut at the end of a line, and no part of a secret is left at the cut", () => {
    temp.write(info("web.md"), "hunter22 äöü\n".repeat(30_000));
    const { infoContent, truncated } = read("web.md");
    expect(truncated).toBe(true);
    expect(infoContent.length).toBeLessThanOrEqual(256 * 1024);
    expect(infoContent.length).toBeGreaterThan(100_000);
    expect(infoContent).toEndWith("••• äöü\n");
    expect(infoContent).not.toContain("hunter");
  });

  test("is not cut inside a secret, however the secret lies", () => {
    for (const before of Array.from({ length: 12 }, (_, shift) => 256 * 1024 - shift)) {
      temp.write(info("web.md"), `${"x".repeat(before)}hunter22${"y".repeat(20)}`);
      expect(read("web.md").infoContent).toMatch(/^x+(?:•••y*)?$/);
    }
  });

  test("of one endless line is cut too", () => {
    temp.write(info("web.md"), "x".repeat(300_000));
    expect(read("web.md")).toMatchObject({ truncated: true });
  });

  test("that is inside info/ through a link is read", () => {
    temp.write(info("real.md"), "real");
    symlinkSync("real.md", join(temp.root, "info/link.md"));
    expect(read("link.md").infoContent).toBe("real");
  });

  test("that a relative path leaves info/ for is refused", () => {
    temp.write(".ssh/id_rsa", "key");
    temp.write(".mcp-ssh-interactive/info-other/a.md", "a");
    symlinkSync("../../.ssh/id_rsa", join(temp.root, "info/link.md"));
    symlinkSync("../../.ssh", join(temp.root, "info/folder"));
    for (const path of [
      "../../.ssh/id_rsa",
      "a/../../config.yml",
      "../info-other/a.md",
      "link.md",
      "folder/id_rsa",
      ".",
      "..",
    ]) {
      expect([path, codeOf(() => read(path))]).toEqual([path, "INFO_FILE_REFUSED"]);
    }
  });

  test("that is no regular text file is refused without waiting for it", () => {
    mkdirSync(join(temp.root, "info/folder"));
    Bun.spawnSync(["mkfifo", join(temp.root, "info/pipe")]);
    temp.write(info("binary"), new Uint8Array([65, 0, 66]));
    for (const path of ["folder", "pipe", "binary", "/dev/zero"]) {
      expect([path, codeOf(() => read(path))]).toEqual([path, "INFO_FILE_REFUSED"]);
    }
  });

  test("that is missing, a link to nowhere, or not configured has a code of its own", () => {
    symlinkSync("nowhere", join(temp.root, "info/dangling.md"));
    expect(codeOf(() => read("missing.md"))).toBe("INFO_FILE_NOT_FOUND");
    expect(codeOf(() => read("dangling.md"))).toBe("INFO_FILE_NOT_FOUND");
    expect(codeOf(() => readInfoFile({ name: "web" }, []))).toBe("INFO_NOT_CONFIGURED");
  });
});

describe("a line that seems to hold a password", () => {
  const found: readonly [line: string, suggestion: string][] = [
    ["- Root access: `sudo su -` (password: `prod_admin_2024`)", "sudo: {ask: true, for: sudo}"],
    ["MySQL password = prod_admin_2024", 'db: {command: "…"}'],
    ["The passphrase is prod_admin_2024", 'login: {command: "…"}'],
    ["DB_PASSWORD=prod_admin_2024", 'db: {command: "…"}'],
    ["**Password:** prod_admin_2024", 'login: {command: "…"}'],
    ["postgres://app:prod_admin_2024@db/app", 'db: {command: "…"}'],
    ["api_key: prod_admin_2024", 'login: {command: "…"}'],
    ["export X=ghp_prod0admin0202400000", 'login: {command: "…"}'],
  ];

  test.each(found)("%p is found and not repeated", (line, suggestion) => {
    const [finding] = findPasswordLines(`# Head\n${line}\n`, "/info/a.md");
    expect(finding).toMatchObject({ file: "/info/a.md", line: 2, fix: expect.stringContaining(suggestion) });
    expect(JSON.stringify(finding)).not.toMatch(/prod.?admin/);
    expect(line.slice((finding?.column ?? 0) - 1)).toMatch(/^(?:prod|ghp_)/);
  });

  const innocent = [
    "Password: ask the admin",
    "password: required",
    "Use sudo -i, the password is stored in the vault",
    "password: <your password>",
    "password: $DB_PASSWORD",
    "PasswordAuthentication no",
    "Reset your password at https://example.com",
    "curl -s http://localhost:8080/health",
    "token: •••",
  ];
  test.each(innocent)("is not %p", (line) => {
    expect(findPasswordLines(line, "a.md")).toEqual([]);
  });
});
