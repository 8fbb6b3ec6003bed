import { expect, test } from "bun:test";

import { commands } from "../../src/cli/commands.ts";
import { renderManualPage } from "../../src/cli/manual-page.ts";
import { runBinary } from "../binary/run-binary.ts";
import { testWhere } from "../support/test-where.ts";

const sections = [
  "NAME",
  "SYNOPSIS",
  "DESCRIPTION",
  "COMMANDS",
  "FLAGS",
  "EXIT STATUS",
  "FILES",
  "ENVIRONMENT",
];
const groff = Bun.which("groff");
const wide = "-rLL=200n";

test("help --man prints the manual page, in ASCII, without a configuration", async () => {
  const { exitCode, stdout, stderr } = await runBinary(["help", "--man"], { env: {} });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^\.TH MCP-SSH-INTERACTIVE 1 /);
  expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
});

test("help --man stands alone", async () => {
  expect(await runBinary(["help", "demo", "--man"], { env: {} })).toMatchObject({ exitCode: 2 });
  expect(await runBinary(["demo", "--man"], { env: {} })).toMatchObject({ exitCode: 2 });
});

testWhere(
  groff !== null,
  "groff",
  "groff shows every section, command and flag, and warns of nothing",
  () => {
    const argv = [groff ?? "", "-man", "-Tutf8", "-ww", "-P-c", "-P-b", "-P-u", "-P-o", wide];
    const { stdout, stderr } = Bun.spawnSync(argv, {
      stdin: Buffer.from(renderManualPage("1.2.3")),
      env: { PATH: process.env["PATH"] ?? "" },
    });
    expect(stderr.toString()).toBe("");
    const page = stdout.toString().replaceAll(/.\u0008/g, "");
    const headings = Array.from(page.matchAll(/^(\S.*)$/gm), ([, line]) => line);
    expect(headings).toEqual(expect.arrayContaining(sections));
    for (const { usage, flags } of commands) {
      expect(page).toContain(usage.replace("mcp-ssh-interactive ", " "));
      for (const flag of Object.keys(flags)) expect(page).toContain(` ${flag}`);
    }
  },
);
