import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How programs of other versions fail at a server: seen of 2.6, 3.0a, 3.2a, 3.3a, 3.6b and 3.7c at one another. */
export const failures = {
  "exits with 0": "echo server version is too old for client >&2; exit 0",
  "is thrown out": "echo server exited unexpectedly >&2; exit 1",
  "has another protocol": "echo 'protocol version mismatch (client 9, server 8)' >&2; exit 1",
  "hears nothing": "exec sleep 60",
} as const;

/** A folder for PATH whose tmux is another version than the server that runs; or the program that is named. */
export class OtherTmux implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "other-tmux-"));
  readonly program = join(this.folder, "tmux");

  constructor(failure: keyof typeof failures | { readonly program: string }) {
    mkdirSync(this.folder, { recursive: true });
    if (typeof failure === "object") symlinkSync(failure.program, this.program);
    else {
      const version = '[ "$1" = -V ] && { echo tmux 3.9; exit 0; }';
      writeFileSync(this.program, `#!/bin/sh\n${version}\n${failures[failure]}\n`, { mode: 0o755 });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
