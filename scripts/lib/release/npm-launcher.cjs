#!/usr/bin/env node
"use strict";
// Starts the executable of the package for this machine, with this process's arguments and standard streams.
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = "mcp-ssh-interactive";
const { platform, arch } = process;
const isMusl = platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
const packageName = `${name}-${platform}-${arch}${isMusl ? "-musl" : ""}`;

let program;
try {
  program = require.resolve(`${packageName}/bin/${name}`);
} catch {
  process.stderr.write(
    `${name}: there is no package ${packageName} beside this one.\n` +
      `  Install again without --omit=optional or --no-optional; a system that it does not name is not supported.\n`,
  );
  process.exit(1);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  process.stderr.write(`${name}: ${program} cannot be started: ${error.message}\n`);
  process.exit(1);
});
// A terminal sends these to both; a client that ends this process means the other.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
