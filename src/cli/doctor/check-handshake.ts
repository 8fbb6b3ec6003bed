import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { version } from "../../../package.json" with { type: "json" };
import { runProcess, type ProcessResult } from "../../platform/run-process.ts";
import { ownCommand } from "../own-command.ts";
import type { Finding } from "./finding.ts";
import type { Place } from "./place.ts";

const name = "handshake";
const timeoutMs = 10_000;
const protocolVersion = "2025-06-18";

/** Starts this very program as a client would, on an empty tree so that nothing of the real one changes, and asks for its tools. */
export async function checkHandshake({ ownEnv }: Place): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ssh-doctor-"));
  try {
    const root = join(folder, "tree");
    mkdirSync(root, { mode: 0o700 });
    writeFileSync(join(root, "config.yml"), "connections: {}\n", { mode: 0o600 });
    const env = Object.fromEntries(
      Object.entries(ownEnv).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    const argv = [...ownCommand(), "--home", root];
    const result = await runProcess(argv, { env, timeoutMs, cwd: "/", stdin: conversation() });
    return [verdictOf(argv, result)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function conversation(): string {
  const clientInfo = { name: "mcp-ssh-interactive doctor", version };
  const messages = [
    { id: 1, method: "initialize", params: { protocolVersion, capabilities: {}, clientInfo } },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/list" },
  ];
  return messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
}

function verdictOf(argv: readonly string[], { stdout, stderr, timedOut }: ProcessResult): Finding {
  const [program = ""] = argv;
  const tools = countTools(stdout);
  if (tools > 0) return { name, verdict: "ok", fact: `${program} answers a client with ${tools} tools` };
  const [complaint = "no reason given", ...rest] = stderr
    .trim()
    .replace(/^mcp-ssh-interactive: /, "")
    .split("\n");
  const fact = timedOut
    ? `${program} did not answer a client within ${timeoutMs / 1_000} s`
    : `${program} ends instead of answering a client: ${complaint || "no reason given"}`;
  const fix = rest.join(" ").trim();
  return { name, verdict: "fail", fact, fix: fix === "" ? `see what it says: ${program} </dev/null` : fix };
}

function countTools(stdout: string): number {
  const answer = stdout.split("\n").find((line) => line.includes('"id":2'));
  return answer?.match(/"inputSchema":/g)?.length ?? 0;
}
