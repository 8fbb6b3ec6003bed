import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { runBinary } from "../binary/run-binary.ts";
import type { ProgramRun } from "./run-program.ts";
import { TempHome } from "./temp-home.ts";

const systemPath = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

export type InstallReport = {
  readonly clients: readonly Readonly<Record<string, unknown>>[];
};

/** A home folder with the files of MCP clients, and programs of a test's own before the system's on PATH. */
export class ClientHome extends TempHome {
  /** Of whoever runs the command. */
  env: Record<string, string> = {
    HOME: this.home,
    PATH: `${join(this.home, "bin")}:${systemPath}`,
  };

  path(relative: string): string {
    return join(this.home, relative);
  }

  read(relative: string): string {
    return readFileSync(this.path(relative), "utf8");
  }

  mode(relative: string): number {
    return statSync(this.path(relative)).mode & 0o777;
  }

  /** The files beside this one that its name begins. */
  backups(relative: string): string[] {
    const folder = dirname(relative);
    return readdirSync(this.path(folder))
      .map((name) => join(folder, name))
      .filter((name) => name.startsWith(`${relative}.`) && name.endsWith(".bak"));
  }

  folder(relative: string): void {
    mkdirSync(this.path(relative), { recursive: true, mode: 0o755 });
  }

  /** A shell script on PATH. */
  program(name: string, script: string): string {
    this.folder("bin");
    const file = this.path(`bin/${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** A program of the system, on PATH in a folder of its own. */
  link(name: string, program: string): void {
    this.folder("bin");
    symlinkSync(program, this.path(`bin/${name}`));
  }

  /** Runs the executable without a terminal, in the root folder. */
  run(...args: string[]): Promise<ProgramRun> {
    return runBinary(args, { env: this.env, cwd: "/" });
  }

  async report(...args: string[]): Promise<InstallReport> {
    return JSON.parse((await this.run(...args, "--json")).stdout);
  }
}
