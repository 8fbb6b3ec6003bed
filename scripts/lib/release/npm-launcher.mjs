#!/usr/bin/env node
// Starts the executable of the package for this machine, with this process's arguments and standard streams.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

const name = "mcp-ssh-interactive";
const { platform, arch } = process;
const isMusl = platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
const packageName = `${name}-${platform}-${arch}${isMusl ? "-musl" : ""}`;

const child = spawn(findProgram(), process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => giveUp(`the executable of ${packageName} cannot be started: ${error.message}`));
// A terminal sends these to both; a client that ends this process means the other.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

function findProgram() {
  try {
    return createRequire(import.meta.url).resolve(`${packageName}/bin/${name}`);
  } catch {
    return giveUp(
      `there is no package ${packageName} beside this one.\n` +
        "  Install again without --omit=optional; a system that it does not name is not supported.",
    );
  }
}

function giveUp(reason) {
  process.stderr.write(`${name}: ${reason}\n`);
  return process.exit(1);
}
