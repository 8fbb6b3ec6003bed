import { expect, test } from "bun:test";

import { judge, parseReading, type Verdict } from "../../../src/sessions/terminal-reading.ts";

const tag = "a1b2";
const said = (...lines: string[]) => lines.map((line) => `${tag} ${line}\n`).join("");

test.each<[string, string, readonly string[], Verdict]>([
  ["bash's read", "m 1 1", ["p S wait_woken tty bash"], "line"],
  ["a hidden read", "m 1 0", ["p S wait_woken tty bash"], "secret"],
  ["a pager", "m 0 0", ["p S wait_woken tty less"], "key"],
  ["sleep", "m 1 1", ["p S hrtimer_nanosleep none sleep"], "busy"],
  ["hidden typing and sleep", "m 1 0", ["p S hrtimer_nanosleep none sleep"], "busy"],
  ["a busy loop", "m 1 1", ["p R 0 none sh"], "busy"],
  ["a reader in a pipeline", "m 1 1", ["p S wait_woken tty cat", "p S pipe_read none grep"], "line"],
  ["a reader whose files are hidden", "m 1 1", ["p S wait_woken none sh"], "line"],
  ["a socket that is read", "m 1 1", ["p S wait_woken other wget"], "busy"],
  ["a socket that may be read", "m 1 1", ["p S wait_woken socket wget"], "unclear"],
  ["sudo, which hides where it waits, asks", "m 1 0", ["p S 0 none sudo"], "secret"],
  ["sudo hides all and nothing is hidden", "m 1 1", ["p S 0 none sudo"], "unclear"],
  ["no process to be seen, hidden typing", "m 1 0", [], "secret"],
  ["sudo with a terminal of its own", "m 0 0", ["p S do_poll none sudo"], "unclear"],
  ["ssh onwards", "m 0 0", ["p S poll_schedule_timeout.constprop.0 none ssh"], "unclear"],
  [
    "docker exec, which reads the terminal",
    "m 0 0",
    ["p S futex_wait none docker", "p S wait_woken tty docker"],
    "unclear",
  ],
  ["python's editor", "m 0 0", ["p S do_select none python3"], "key"],
  ["top", "m 0 0", ["p S do_select none top"], "unclear"],
  ["a BSD reader", "m 1 0", ["p I ttyin none sh"], "secret"],
])("%s", (_title, modes, threads, verdict) => {
  const reading = parseReading(said(modes, ...threads, "e"), tag);
  expect(reading && judge(reading).verdict).toBe(verdict);
});

test("what comes before our lines is passed over", () => {
  expect(parseReading(`welcome\nm 1 0\n${said("m 1 1", "e")}`, tag)).toEqual({
    canonical: true,
    echo: true,
    threads: [],
  });
});

test.each([
  ["nothing", ""],
  ["another tag", "ffff m 1 0\nffff e\n"],
  ["no end", said("m 1 0", "p S wait_woken tty sh")],
  ["no modes", said("p S wait_woken tty sh", "e")],
  ["modes twice", said("m 1 0", "m 1 1", "e")],
  ["a word too many", said("m 1 0", "p S wait_woken tty sh x", "e")],
  ["a control character", said("m 1 0", "p S wait_woken tty s\u0007h", "e")],
  ["something behind the end", said("m 1 0", "e", "p S wait_woken tty sh")],
  ["too much", said("m 1 0", ...Array<string>(80).fill("p S wait_woken tty sh"), "e")],
])("%s tells nothing", (_title, text) => {
  expect(parseReading(text, tag)).toBeUndefined();
});
