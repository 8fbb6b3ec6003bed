import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { sendKeys, pasteText } from "../../src/tmux/input.ts";
import { paneFacts } from "../../src/tmux/pane.ts";
import { recorderOption, recorderStart } from "../../src/tmux/recorder.ts";
import { captureScreen } from "../../src/tmux/screen-capture.ts";
import wrapper from "../../src/tmux/scripts/wrapper.sh" with { type: "text" };
import type { TmuxServer } from "../../src/tmux/server.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, testNumber, until } from "../support/private-tmux.ts";

const shells = [["/bin/sh"], ["/bin/dash"], ["/bin/bash"], ["/bin/busybox", "sh"]].filter(([path = ""]) =>
  existsSync(path),
);

const tmux = new PrivateTmux();
let server: TmuxServer;
let sessions = 0;
beforeAll(async () => {
  server = await tmux.connect();
});
afterAll(async () => await tmux[Symbol.asyncDispose]());

for (const shell of shells) {
  describe(`under ${shell.join(" ")}`, () => {
    test("the end of the program is marked with its number and status", async () => {
      for (const [script, status] of [
        ["exit 0", 0],
        ["exit 255", 255],
        ["kill -TERM $$", 143],
      ] as const) {
        const name = await start(shell, script);
        await until("the mark", () => log(name).endsWith(mark(status)));
      }
    });

    test("the end of a program that is killed is marked too", async () => {
      const name = await start(shell, "printf x; kill -KILL $$");
      await until("the mark", () => log(name).startsWith("x") && log(name).endsWith(mark(137)));
    });

    test("no file of the program's grows beyond the bound, which does not end it", async () => {
      // Under its own name bash counts in kB.
      const bound = 131_072 * (shell[0] === "/bin/bash" ? 1_024 : 512);
      const file = join(tmux.folder, "large");
      const append = `dd if=/dev/zero bs=65536 count=3 >>${file} 2>/dev/null`;
      const name = await start(shell, `truncate -s ${bound - 65_536} ${file}; ${append}; wc -c <${file}`);
      await until("the mark", () => log(name).endsWith(mark(0)));
      expect(log(name)).toBe(`${bound}\r\n${mark(0)}`);
      rmSync(file);
    });

    test("a lower limit of the user's own stays", async () => {
      const limited = ["/bin/sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", ...shell];
      const name = await start(limited, "ulimit -f; ulimit -H -f");
      await until("the mark", () => log(name) === `1000\r\n1000\r\n${mark(0)}`);
    });

    test("a program that does not exist is reported on the screen", async () => {
      const name = await start(shell, "", ["/nonexistent/program"]);
      await until("the mark", () => log(name).endsWith(mark(127)));
      expect(log(name)).toContain("/nonexistent/program");
    });

    test("Ctrl+C ends a program that does not handle it", async () => {
      const name = await start(shell, "printf ready; exec sleep 600");
      await until("the program", () => log(name) === "ready");
      await sendKeys(server, name, ["C-c"]);
      await until("the mark", () => log(name).endsWith(mark(130)));
    });

    test("Ctrl+Z stops nothing", async () => {
      const name = await start(shell, "printf ready; read line; printf 'got %s' \"$line\"");
      await until("the program", () => log(name).includes("ready"));
      await sendKeys(server, name, ["C-z"]);
      await pasteText(server, name, "on", { bracketed: false });
      await sendKeys(server, name, ["Enter"]);
      await until("its end", () => log(name).includes("got "));
      await until("the mark", () => log(name).endsWith(mark(0)));
    });

    test("what is typed after the end is neither run nor shown, and no key ends the pane", async () => {
      const name = await start(shell, "printf bye");
      await until("the sleep", async () => (await paneFacts(server, name))?.programEnded);
      const stray = join(tmux.folder, `stray-${name}`);
      for (const keys of [["C-c"], ["C-\\"], ["C-z"], ["C-d"], ["Enter"]]) {
        await pasteText(server, name, `touch ${stray}`, { bracketed: false });
        await sendKeys(server, name, ["Enter", ...keys]);
      }
      expect(await paneFacts(server, name)).toMatchObject({ dead: false, programEnded: true });
      expect((await captureScreen(server, name))?.lines.join("")).toBe("bye");
      await until("the log", () => log(name) === `bye${mark(0)}`);
      expect(existsSync(stray)).toBe(false);
    });

    test("the number is in no argument and no environment", async () => {
      const name = await start(
        shell,
        "tr '\\0' '\\n' <\"/proc/$PPID/cmdline\"; env; cat \"/proc/$PPID/environ\"; printf done",
      );
      await until("the mark", () => log(name).endsWith(`done${mark(0)}`));
      expect(log(name).slice(0, -mark(0).length)).not.toContain(testNumber);
    });
  });
}

async function start(
  shell: readonly string[],
  script: string,
  argv = ["/bin/sh", "-c", script],
): Promise<string> {
  const name = `wrapped-${sessions++}`;
  const numberFile = join(tmux.options.runtimeFolder, "number");
  const replies = await server.run([
    command(
      "new-session",
      "-d",
      "-s",
      `mcp-${name}`,
      "-x",
      "80",
      "-y",
      "24",
      "--",
      ...shell,
      "-c",
      wrapper,
      "sh",
      numberFile,
      ...argv,
    ),
    recorderOption(tmux.options.runtimeFolder, { name, numberFile, segmentBytes: 1 << 20 }),
    recorderStart(server, name),
  ]);
  expect(replies.every(({ ok }) => ok)).toBe(true);
  return name;
}

function mark(status: number): string {
  return `\x1b]7711;end;${testNumber};${status}\x1b\\`;
}

function log(name: string): string {
  const file = tmux.logFile(name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
