import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../../src/base/user-error.ts";
import { runProcess } from "../../src/platform/run-process.ts";
import { captureScreen } from "../../src/tmux/screen-capture.ts";
import { connectTmux, type TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { parseTmuxVersion } from "../../src/tmux/version.ts";
import { VulnerabilityProbe } from "../../src/tmux/vulnerability-probe.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, until } from "../support/private-tmux.ts";

test("with an environment of HOME and PATH only, TMUX set and TERM unset, text is intact in both directions", async () => {
  const poor = { HOME: "/", PATH: "/usr/bin:/bin", TMUX: "/nowhere,1,0", TMUX_PANE: "%9" };
  await using tmux = new PrivateTmux({ env: poor });
  const server = await tmux.connect();
  await createSession(server, tmux.plan("one", "printf '漢字 👍 é'; exec cat"));
  await until("the text", async () => (await captureScreen(server, "one"))?.lines[0] === "漢字 👍 é");
});

test("the panes' environment is the given one, the two folders and what tmux adds", async () => {
  await using tmux = new PrivateTmux({
    env: { HOME: "/", PATH: "/usr/bin:/bin", LC_CTYPE: "C.UTF-8", TMUX_TMPDIR: "/nowhere" },
  });
  const server = await tmux.connect();
  await createSession(server, tmux.plan("one", "env; echo end; exec cat"));
  const log = await until("the end", () => logOf(tmux, "one", "end\r\n"));
  const names = log
    .split("\r\n")
    .slice(0, -2)
    .map((line) => line.split("=")[0] ?? "");
  const known = [
    "HOME",
    "PATH",
    "LC_CTYPE",
    "MCP_SSH_LOGS",
    "MCP_SSH_RUNTIME",
    "TERM",
    "PWD",
    "TMUX",
    "TMUX_PANE",
  ];
  const addedByTmux = ["SHELL", "OLDPWD", "SHLVL", "_", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM"];
  expect(names.filter((name) => ![...known, ...addedByTmux].includes(name))).toEqual([]);
  expect(known.filter((name) => !names.includes(name))).toEqual([]);
  expect(log).toContain("TERM=screen-256color\r\n");
});

test("the server keeps nothing, forwards nothing and lets a human press only our keys", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const wanted: Record<string, string> = {
    "history-limit": "2000",
    "remain-on-exit": "on",
    status: "off",
    "escape-time": "0",
    "message-limit": "0",
    "set-clipboard": "off",
    "allow-rename": "off",
    mouse: "off",
  };
  for (const [name, value] of Object.entries(wanted))
    expect(`${name} ${await option(tmux, name)}`).toBe(`${name} ${value}`);
  for (const name of ["allow-passthrough", "allow-set-title", "get-clipboard"]) {
    expect([undefined, "off"]).toContain(await option(tmux, name));
  }
  // Up to 2.9 an empty list is not shown at all.
  expect(["", undefined]).toContain(await option(tmux, "update-environment"));
  const keys = async (table: string) =>
    (await tmux.ask("list-keys", "-T", table)).match(/^bind-key .*$/gm) ?? [];
  expect(
    (await keys("prefix")).map((line) => line.replace(/^.*prefix +/, "").replace(/ +/, " ")).toSorted(),
  ).toEqual([
    expect.stringMatching(/^\? (?:switch-client -T mcp_help|display-message )/),
    "C-b send-prefix",
    "[ if-shell -F 1 copy-mode",
    "d detach-client",
  ]);
  expect(await keys("root")).toEqual([]);
  await createSession(server, tmux.plan("one", "exec cat"));
  const [reply] = await server.run([command("display-message", "-p", "-t", "=mcp-one:", "#{history_limit}")]);
  expect(reply?.lines).toEqual(["2000"]);
});

test("those who start it at the same time meet at one server", async () => {
  await using tmux = new PrivateTmux();
  const servers = await Promise.all(Array.from({ length: 6 }, async () => await tmux.connect()));
  expect(new Set(await Promise.all(servers.map(pidOf))).size).toBe(1);
});

test("the socket of a dead server is no hindrance", async () => {
  await using tmux = new PrivateTmux();
  const first = await tmux.connect();
  const pid = await pidOf(first);
  signalProcess(pid, "SIGKILL");
  await until("its loss", () => first.lost.aborted);
  expect(existsSync(tmux.options.socketPath)).toBe(true);
  expect(await pidOf(await tmux.connect())).not.toBe(pid);
});

test("a server without the hub gets it back, and keeps its sessions", async () => {
  await using tmux = new PrivateTmux();
  const first = await tmux.connect();
  await createSession(first, tmux.plan("one", "exec cat"));
  await tmux.ask("kill-session", "-t", "=mcp_hub");
  await until("its loss", () => first.lost.aborted);
  const second = await tmux.connect();
  expect(await captureScreen(second, "one")).toBeDefined();
});

test("a server that is stopped is reported as such", async () => {
  await using tmux = new PrivateTmux();
  const pid = await pidOf(await tmux.connect());
  signalProcess(pid, "SIGSTOP");
  try {
    const error = await refusal(connectTmux({ ...tmux.options, timeoutMs: 200 }));
    expect(error.message).toBe(
      `No tmux server could be reached at ${tmux.options.socketPath}: it does not answer`,
    );
    // So does a server of a version that the program cannot talk to.
    writeFileSync(`${tmux.options.socketPath}.version`, "2.7\n");
    const other = await refusal(connectTmux({ ...tmux.options, timeoutMs: 200 }));
    expect(other.message).toContain("was started by tmux 2.7 and cannot talk to");
  } finally {
    signalProcess(pid, "SIGCONT");
  }
});

test("a missing program and one that is too old are refused with how to get tmux", async () => {
  await using tmux = new PrivateTmux();
  const old = join(tmux.folder, "old");
  writeFileSync(old, "#!/bin/sh\necho tmux 2.5\n");
  chmodSync(old, 0o700);
  const missing = await refusal(connectTmux({ ...tmux.options, program: join(tmux.folder, "none") }));
  const tooOld = await refusal(connectTmux({ ...tmux.options, program: old }));
  expect(missing.message).toBe(`${join(tmux.folder, "none")} cannot be started`);
  expect(tooOld.message).toBe(`${old} is tmux 2.5; 2.6 or newer is needed`);
  for (const { code, hint } of [missing, tooOld]) {
    expect(code).toBe("TMUX_UNAVAILABLE");
    expect(hint).toContain("apt install tmux");
  }
});

test("a version between 2.9 and 3.1 is refused only if the sequence ends its server, and tried once", async () => {
  await using tmux = new PrivateTmux();
  const { program, env, runtimeFolder } = tmux.options;
  const ran: string[] = [];
  const run = async (...args: string[]) => {
    ran.push(args.join(" "));
    return await runProcess([program, ...args], { env: { ...env }, timeoutMs: 5000 });
  };
  const runDying = async (...args: string[]) => {
    if (args.includes("capture-pane"))
      await run(...args.slice(0, args.indexOf("capture-pane")), "kill-server");
    return await run(...args);
  };
  const [v28, v30, v32] = ["2.8", "3.0a", "3.2"].map((text) => parseTmuxVersion(text));
  if (v28 === undefined || v30 === undefined || v32 === undefined) throw new Error("versions");
  const probe = new VulnerabilityProbe();
  for (const version of [v28, v32]) await probe.requireSafe(version, runDying, runtimeFolder);
  expect(ran).toEqual([]);
  const error = await refusal(probe.requireSafe(v30, runDying, runtimeFolder));
  expect(error.message).toContain("CVE-2020-27347");
  const tries = ran.length;
  await refusal(probe.requireSafe(v30, runDying, runtimeFolder));
  expect(ran.length).toBe(tries);
  const installed = parseTmuxVersion((await run("-V")).stdout);
  if (installed !== undefined && installed.order >= 30200)
    await new VulnerabilityProbe().requireSafe(v30, run, runtimeFolder);
});

function logOf(tmux: PrivateTmux, name: string, ending: string): string | undefined {
  const file = tmux.logFile(name);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.endsWith(ending) ? text : undefined;
}

/** The value of an option, wherever it belongs; undefined where this version has none of the name. */
async function option(tmux: PrivateTmux, name: string): Promise<string | undefined> {
  for (const scope of ["-gq", "-gwq", "-sq"]) {
    const line = (await tmux.ask("show-options", scope, name)).trim();
    if (line === name || line.startsWith(`${name} `))
      return line.slice(name.length + 1).replace(/^"(.*)"$|^''$/, "$1");
  }
  return undefined;
}

async function pidOf(server: TmuxServer): Promise<number> {
  const [reply] = await server.run([command("display-message", "-p", "#{pid}")]);
  return Number(reply?.lines[0]);
}

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (reason instanceof UserError) return reason;
  throw new Error(`it was not refused: ${String(reason)}`);
}
