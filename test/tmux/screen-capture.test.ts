import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";

import { paneFacts } from "../../src/tmux/pane.ts";
import { captureScreen, type ScreenCapture } from "../../src/tmux/screen-capture.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { PrivateTmux, until } from "../support/private-tmux.ts";

const tmux = new PrivateTmux();
let server: TmuxServer;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

test("the screen comes with all its rows, its cursor and its title", async () => {
  const script = "printf '\\033]2;a #title %%H\\033\\\\漢字 👍 é\\r\\n\\r\\n  end'; exec sleep 99";
  await createSession(server, tmux.plan("plain", script, { cols: 40, rows: 6 }));
  const screen = await shows("plain", "  end");
  expect(screen).toMatchObject({ cols: 40, rows: 6, cursorX: 5, cursorY: 2, alternate: false });
  expect(screen.lines).toEqual(["漢字 👍 é", "", "  end", "", "", ""]);
  expect((await paneFacts(server, "plain"))?.title).toBe(screen.title);
});

test("the alternate screen is shown while it is on", async () => {
  await createSession(server, tmux.plan("full", "printf 'before\\033[?1049h\\033[Hinside'; exec sleep 99"));
  const screen = await shows("full", "inside");
  expect(screen.alternate).toBe(true);
  expect(screen.lines.join("")).not.toContain("before");
});

test("a screen that imitates the end of tmux's reply is shown as it is", async () => {
  // Each reply has the time and a number that grows: the screen holds the next 95 of them for two seconds each.
  const script = `now=$(date +%s); n=$1; end=$((n + 95)); while [ $n -lt $end ]; do
    printf '%%end %s %s 1\\r\\n' $now $n $((now + 1)) $n; n=$((n + 1)); done; printf last; exec sleep 99`;
  const argv = ["/bin/sh", "-c", script, "sh", String(await lastBlockNumber())];
  await createSession(server, tmux.plan("forger", "", { rows: 200, argv }));
  await until("the screen", () => logOf("forger").endsWith("last"));
  for (let round = 0; round < 10; round++) {
    const screen = await captureScreen(server, "forger");
    expect(screen?.lines.filter((line) => line.startsWith("%end"))).toHaveLength(190);
  }
  expect(server.lost.aborted).toBe(false);
});

test("control characters never reach the caller", async () => {
  await createSession(
    server,
    tmux.plan("controls", "printf 'a\\302\\233b\\177c\\001d\\033]2;x\\001y\\007!'; exec sleep 99"),
  );
  const screen = await shows("controls", "!");
  expect(/\p{Cc}/u.test(screen.lines.join("") + screen.title)).toBe(false);
});

test("a session that does not exist has no screen", async () => {
  expect(await captureScreen(server, "nobody")).toBeUndefined();
});

function logOf(name: string): string {
  return existsSync(tmux.logFile(name)) ? readFileSync(tmux.logFile(name), "utf8") : "";
}

async function shows(name: string, text: string): Promise<ScreenCapture> {
  return await until(`"${text}" on the screen of ${name}`, async () => {
    const screen = await captureScreen(server, name);
    return screen?.lines.some((line) => line.includes(text)) === true ? screen : undefined;
  });
}

/** tmux counts its replies over all clients. */
async function lastBlockNumber(): Promise<number> {
  const { program, socketPath, env } = tmux.options;
  const argv = [program, "-u", "-S", socketPath, "-C", "attach-session", "-t", "=mcp_hub"];
  const child = Bun.spawn(argv, {
    env: { ...env },
    stdin: new Blob(["display-message -p x\n"]),
    stdout: "pipe",
    stderr: "ignore",
  });
  const numbers = [...(await new Response(child.stdout).text()).matchAll(/^%begin \d+ (\d+)/gm)].map(
    ([, number]) => Number(number),
  );
  return Math.max(...numbers);
}
