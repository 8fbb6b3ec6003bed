import { expect, test } from "bun:test";

import { judge, parseReading, type Verdict } from "../../../src/sessions/terminal-reading.ts";

const tag = "a1b2";
const said = (...lines: string[]) => lines.map((line) => `${tag} ${line}\n`).join("");

test.each<[string, string, readonly string[], Verdict]>([
  ["bash's read", "m 1 1 1", ["p S wait_woken tty bash 7 more"], "line"],
  ["a hidden read", "m 1 0 1", ["p S wait_woken tty bash 7 more"], "secret"],
  ["a pager", "m 0 0 1", ["p S wait_woken tty less 7 more"], "key"],
  ["sleep", "m 1 1 1", ["p S hrtimer_nanosleep none sleep 7 more"], "busy"],
  ["hidden typing and sleep", "m 1 0 1", ["p S hrtimer_nanosleep none sleep 7 more"], "busy"],
  ["a busy loop", "m 1 1 1", ["p R 0 none sh 7 more"], "busy"],
  [
    "a reader in a pipeline",
    "m 1 1 1",
    ["p S wait_woken tty cat 7 more", "p S pipe_read none grep 7 more"],
    "line",
  ],
  ["a reader whose files are hidden", "m 1 1 1", ["p S wait_woken none sh 7 more"], "line"],
  ["a socket that is read", "m 1 1 1", ["p S wait_woken other wget 7 more"], "busy"],
  ["a socket that may be read", "m 1 1 1", ["p S wait_woken socket wget 7 more"], "unclear"],
  ["sudo, which hides where it waits, asks", "m 1 0 1", ["p S 0 none sudo 7 more"], "secret"],
  ["sudo hides all and nothing is hidden", "m 1 1 1", ["p S 0 none sudo 7 more"], "unclear"],
  ["no process to be seen, hidden typing", "m 1 0 1", [], "secret"],
  ["sudo with a terminal of its own", "m 0 0 1", ["p S do_poll none sudo 7 more"], "unclear"],
  ["ssh onwards", "m 0 0 1", ["p S poll_schedule_timeout.constprop.0 none ssh 7 more"], "unclear"],
  [
    "docker exec, which reads the terminal",
    "m 0 0 1",
    ["p S futex_wait none docker 7 more", "p S wait_woken tty docker 7 more"],
    "unclear",
  ],
  ["python's editor", "m 0 0 1", ["p S do_select none python3 7 more"], "key"],
  ["top", "m 0 0 1", ["p S do_select none top 7 more"], "unclear"],
  ["a BSD reader", "m 1 0 1", ["p I ttyin none sh 7 more"], "secret"],
  ["bash at its prompt", "m 0 0 1", ["p S do_select none bash 7 bare"], "prompt"],
  ["a key read by bash itself", "m 0 0 1", ["p S wait_woken tty bash 7 bare"], "key"],
  ["a script that lets bash edit a line", "m 0 0 1", ["p S do_select none bash 7 more"], "unclear"],
  ["zsh at its prompt", "m 0 0 1", ["p S wait_woken tty zsh 7 bare"], "prompt"],
  ["dash at its prompt", "m 1 1 1", ["p S wait_woken block dash 7 bare"], "prompt"],
  ["dash's read", "m 1 1 1", ["p S wait_woken tty dash 7 bare"], "line"],
  ["cat", "m 1 1 1", ["p S wait_woken block cat 7 more"], "line"],
  [
    "a shell beside another program",
    "m 0 0 1",
    ["p S do_select none bash 7 bare", "p S do_poll none ls 8 more"],
    "unclear",
  ],
])("%s", (_title, modes, threads, verdict) => {
  const reading = parseReading(said(modes, ...threads, "e"), tag);
  expect(reading && judge(reading).verdict).toBe(verdict);
});

test("what comes before our lines is passed over", () => {
  expect(parseReading(`welcome\nm 1 0 1\n${said("m 1 1 1", "e")}`, tag)).toEqual({
    canonical: true,
    echo: true,
    eofIsCtrlD: true,
    threads: [],
  });
});

test.each([
  ["nothing", ""],
  ["another tag", "ffff m 1 0 1\nffff e\n"],
  ["no end", said("m 1 0 1", "p S wait_woken tty sh 7 more")],
  ["no modes", said("p S wait_woken tty sh 7 more", "e")],
  ["modes twice", said("m 1 0 1", "m 1 1 1", "e")],
  ["a word too many", said("m 1 0 1", "p S wait_woken tty sh x", "e")],
  ["a control character", said("m 1 0 1", "p S wait_woken tty s\u0007h 7 more", "e")],
  ["something behind the end", said("m 1 0 1", "e", "p S wait_woken tty sh 7 more")],
  ["too much", said("m 1 0 1", ...Array<string>(80).fill("p S wait_woken tty sh 7 more"), "e")],
])("%s tells nothing", (_title, text) => {
  expect(parseReading(text, tag)).toBeUndefined();
});
