import { describe, expect, test } from "bun:test";

import { UserError } from "../../src/base/user-error.ts";
import { captureScreen } from "../../src/tmux/screen-capture.ts";
import { checkServer, connectTmux, type TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { command } from "../../src/tmux/words.ts";
import { OtherTmux, failures } from "../support/other-tmux.ts";
import { PrivateTmux, signalProcess, tmuxProgram, until } from "../support/private-tmux.ts";

// Two real versions at a time where they are named: MCP_TEST_TMUX_BINARIES, paths of tmux with colons between.

const binaries = (process.env["MCP_TEST_TMUX_BINARIES"] ?? "").split(":").filter((path) => path !== "");
const kinds = Object.keys(failures).filter((kind): kind is keyof typeof failures => kind in failures);

test.each(kinds)(
  "a program that %s at the server is refused, and the server's sessions go on",
  async (kind) => {
    await using tmux = new PrivateTmux();
    using other = new OtherTmux(kind);
    const server = await tmux.connect();
    await createSession(server, tmux.plan("one", "printf here; exec cat"));
    const started = versionOf(tmuxProgram());
    const options = { ...tmux.options, program: other.program, timeoutMs: 500 };
    for (const refused of [await refusal(connectTmux(options)), await refusal(checkServer(options))]) {
      expect(refused.code).toBe("TMUX_UNAVAILABLE");
      expect(refused.message).toContain(
        `was started by tmux ${started} and cannot talk to ${other.program}, which is 3.9: `,
      );
      expect(refused.message).toEndWith("Its sessions go on running");
      expect(refused.hint).toContain(`put tmux ${started} first on PATH`);
      const pid = (await tmux.ask("display-message", "-p", "#{pid}")).trim();
      expect(refused.hint).toMatch(new RegExp(`To end them all: kill (\\d+ )*${pid}( \\d+)*$`));
    }
    await until("the session", async () => (await captureScreen(server, "one"))?.lines[0] === "here");
  },
);

for (const started of binaries) {
  describe(`a server of ${started}`, () => {
    test.each(binaries)(
      "is used by its own version, or refused, by %s",
      async (program) => {
        await using tmux = new PrivateTmux();
        const options = { ...tmux.options, program: started };
        await using server = await connectTmux(options);
        await createSession(server, tmux.plan("one", "printf here; exec cat"));
        await until("the session", async () => (await captureScreen(server, "one"))?.lines[0] === "here");
        const other = { ...options, program, timeoutMs: 3_000 };
        const again = await connectTmux(other).catch(userError);
        if (again instanceof UserError) {
          const { message, hint } = again;
          expect(message).toContain(
            `was started by tmux ${versionOf(started)} and cannot talk to ${program}`,
          );
          expect(hint).toMatch(/To end them all: kill [\d ]+$/);
          await refusal(checkServer(other));
        } else {
          expect(again.version.text).toBe(versionOf(started));
          expect(await checkServer(other)).toBe("present");
          await createSession(again, tmux.plan("two", "printf there; exec cat"));
          await until("its screen", async () => (await captureScreen(again, "two"))?.lines[0] === "there");
          await again[Symbol.asyncDispose]();
        }
        expect((await captureScreen(server, "one"))?.lines[0]).toBe("here");
        server.lost.throwIfAborted();
        signalProcess(await pidOf(server), "SIGTERM");
      },
      40_000,
    );
  });
}

async function pidOf(server: TmuxServer): Promise<number> {
  const [reply] = await server.run([command("display-message", "-p", "#{pid}")]);
  return Number(reply?.lines[0]);
}

function versionOf(program: string): string {
  return Bun.spawnSync([program, "-V"])
    .stdout.toString()
    .trim()
    .replace(/^tmux /, "");
}

function userError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (reason instanceof UserError) return reason;
  throw new Error(`it was not refused: ${String(reason)}`);
}
