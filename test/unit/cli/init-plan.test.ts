import { expect, test } from "bun:test";

import { connectionsOf, draftFromFlags, suggestName } from "../../../src/cli/init/draft.ts";
import { parseFacts, probeCommand, renderNotes } from "../../../src/cli/init/host-notes.ts";
import {
  isEmpty,
  makePlan,
  type Found,
  type NewConnection,
  type Wanted,
} from "../../../src/cli/init/plan.ts";
import { renderPlan } from "../../../src/cli/init/render-plan.ts";
import { findPasswordLines } from "../../../src/config/password-lines.ts";
import { homeTree } from "../../../src/platform/home-tree.ts";

const path = "/h/.mcp-ssh-interactive/config.yml";
const nothing: Found = {
  config: { text: "", path, folders: { home: "/h", root: "/h/.mcp-ssh-interactive" } },
  configExists: false,
  treeExists: false,
  infoFiles: new Set(),
  stamp: "20261122-143005",
};
const web: NewConnection = { name: "web", host: "web.example", login: { kind: "ssh" } };
const wanted: Wanted = { connections: [web], notes: true, test: true, clients: [] };

test("the plan names each thing that will be made or changed, and nothing else", () => {
  const cursor = { name: "cursor", title: "Cursor", path: "/h/.cursor/mcp.json" };
  const plan = makePlan({ ...wanted, clients: [cursor] }, nothing);
  expect(renderPlan(plan, homeTree("/h/.mcp-ssh-interactive", 0), "/h")).toEqual([
    "Create ~/.mcp-ssh-interactive/ with logs/, info/ and more, for you alone.",
    "Write ~/.mcp-ssh-interactive/config.yml:",
    "  connections:",
    "    web:",
    "      host: web.example",
    "      info_file: web.md",
    "Test web first: one login each. What fails is not written unasked.",
    "Begin notes for the agent in ~/.mcp-ssh-interactive/info/web.md, from one read-only command on web.",
    "Register this program with Cursor, in ~/.cursor/mcp.json.",
  ]);
});

test("what is there is added to, with a copy under a name of its own; notes stay", () => {
  const found: Found = {
    ...nothing,
    config: { ...nothing.config, text: "connections:\n  a: {host: a}\n" },
    configExists: true,
    treeExists: true,
    infoFiles: new Set(["web.md"]),
  };
  const plan = makePlan(wanted, found);
  expect(plan).toMatchObject({ createsTree: false, notes: [], keptNotes: ["web.md"] });
  expect(plan.config).toMatchObject({ backup: "config.yml.20261122-143005.bak" });
  expect(plan.config?.after).toBe(
    "connections:\n  a: {host: a}\n  web:\n    host: web.example\n    info_file: web.md\n",
  );
  expect(isEmpty(makePlan({ ...wanted, connections: [] }, found))).toBe(true);
});

test("each way to log in has its keys", () => {
  const after = (login: NewConnection["login"]) =>
    makePlan({ ...wanted, notes: false, connections: [{ ...web, user: "u", port: 2222, login }] }, nothing)
      .config?.after;
  const start = "connections:\n  web:\n    host: web.example\n    user: u\n    port: 2222\n";
  expect(after({ kind: "ssh" })).toBe(start);
  expect(after({ kind: "password" })).toBe(`${start}    password: {ask: true}\n`);
  expect(after({ kind: "key", path: "~/.ssh/k", encrypted: false })).toBe(`${start}    key_path: ~/.ssh/k\n`);
  expect(after({ kind: "key", path: "~/.ssh/k", encrypted: true })).toBe(
    `${start}    key_path: ~/.ssh/k\n    use_agent: true\n    passphrase: {ask: true}\n`,
  );
});

test("a name is suggested from the host, and is not one that is taken", () => {
  const taken = new Set(["web", "web-2"]);
  expect(suggestName("db.example", taken)).toBe("db");
  expect(suggestName("10.0.0.5", taken)).toBe("10.0.0.5");
  expect(suggestName("web.example", taken)).toBe("web-3");
  const values = new Map([["--host", "web.example"]]);
  const draft = draftFromFlags(values, new Set(), undefined);
  expect(connectionsOf(draft, { taken, encryptedKeys: new Set() })).toEqual([
    { name: "web-3", host: "web.example", login: { kind: "ssh" } },
  ]);
});

test("the question to a host is one short line, and what it answers is cut to harmless words", () => {
  expect(probeCommand.length).toBeLessThan(1000);
  expect(probeCommand.slice("sh -c '".length, -1)).not.toMatch(/['!\n]/);
  const facts = parseFacts(
    "os=Debian `rm -rf` <b>12</b>\u001b[2J\nuser=deploy\nshell=/bin/zsh\ngroups=deploy sudo\nsudo=Sudo version 1.9\nnone=x\nservices=\n",
  );
  expect(facts).toEqual({
    os: "Debian rm -rf b 12 /b 2J",
    user: "deploy",
    shell: "/bin/zsh",
    groups: "deploy sudo",
    sudo: "Sudo version 1.9",
  });
  const notes = renderNotes("web", facts, "2026-11-22");
  expect(notes).toContain(
    "- Login: deploy, /bin/zsh\n- Administration: Sudo version 1.9; in the group sudo\n",
  );
  expect(notes).not.toContain("Services");
  expect(findPasswordLines(notes, "web.md")).toEqual([]);
});
