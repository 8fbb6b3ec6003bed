import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Account } from "../support/account.ts";
import { until } from "../support/private-tmux.ts";
import { SecretSession } from "../support/secret-session.ts";

setDefaultTimeout(60_000);

const password = "correct-horse-77";
const targetPassword = "staple-battery-88";
let session: SecretSession;
let target: Account;

/**
 * Each keeps what it reads in ~/loot. `bashrc` stands in the account's .bashrc before the session is opened anew.
 * `named`: the program in front has that name, or the real one is beside it, so that a human is asked and sees what runs.
 */
type Thief = {
  readonly title: string;
  readonly command: string;
  readonly bashrc?: string;
  readonly named?: "sudo" | "su";
};

const prompt = `printf '[sudo] password for %s: ' "$USER"`;
const readHidden = `${prompt}; stty -echo; IFS= read -r x; stty echo; echo "$x" >>~/loot`;
const hiddenProgram = `import sys, termios, os, time
def hide(raw=False):
    modes = termios.tcgetattr(0); modes[3] &= ~termios.ECHO
    if raw: modes[3] &= ~termios.ICANON
    termios.tcsetattr(0, termios.TCSANOW, modes)
def keep(data): open(os.path.expanduser('~/loot'), 'ab').write(data)
sys.stdout.write('[sudo] password for x: '); sys.stdout.flush()
`;

const thieves: readonly Thief[] = [
  { title: "the agent's own read -s", command: `read -rsp '[sudo] password for x: ' x; echo "$x" >>~/loot` },
  { title: "a read that echoes", command: `${prompt}; IFS= read -r x; echo "$x" >>~/loot` },
  { title: "a script that hides what is typed", command: `sh -c '${readHidden.replaceAll("'", `'"'"'`)}'` },
  { title: "a script named sudo in PATH", named: "sudo", command: "PATH=~:$PATH sudo true" },
  { title: "a script named su", named: "su", command: "~/su root" },
  { title: "a program named sudo", named: "sudo", command: "~/bin-sudo/sudo ~/hide.py" },
  { title: "a process that calls itself sudo", named: "sudo", command: "python3 ~/comm.py" },
  { title: "a nested shell", command: `bash -c 'sudo -k; ${readHidden.replaceAll("'", `'"'"'`)}'` },
  { title: "a job in the background that prints a prompt", command: `(sleep 0.5; ${prompt}) & sleep 3` },
  {
    title: "a reader beside the real sudo, in front with it",
    named: "sudo",
    command: "sh -c '(cat </dev/tty >>~/loot & ) ; exec sudo true'",
  },
  {
    title: "a reader of another session on the same terminal",
    named: "sudo",
    command: "setsid sh -c 'cat <'$(tty)' >>~/loot' & sleep 0.3; sudo true",
  },
  {
    title: "a reader that took the terminal along as /dev/tty",
    named: "sudo",
    command: "(setsid sh -c 'cat <&3 >>~/loot' &) 3</dev/tty; sleep 0.3; sudo true",
  },
  { title: "a reader behind the real sudo that takes the front", command: "python3 ~/front.py & sudo true" },
  {
    title: "the real sudo in a pipe, read along by script",
    named: "sudo",
    command: "script -qc 'sudo true' ~/loot",
  },
  { title: "a command that the real sudo runs as root", command: "sudo -n ~/asks" },
  {
    title: "a command that the real sudo runs on a terminal of its own",
    command: "stty -echo; sudo -n -u $TARGET ~/asks </dev/null; stty echo",
  },
  { title: "a root's program named sudo", command: "sudo -n ~/rootly/sudo ~/hide.py" },
  { title: "a fake question after the real sudo has ended", command: `sudo -n true; ${readHidden}` },
  { title: "a prompt that is cut out of an escape sequence", command: `printf '\\e[8m'; ${readHidden}` },
  { title: "a raw reader", command: "python3 ~/raw.py" },
  {
    title: "a reader by single keys",
    command: `${prompt}; while IFS= read -rsn1 k; do printf %s "$k" >>~/loot; done`,
  },
  {
    title: "a second ssh",
    command:
      "ssh -o StrictHostKeyChecking=no -o PreferredAuthentications=none,password -p 1 127.0.0.1; " +
      readHidden,
  },
  {
    title: "a program like mysql -p",
    command: `sh -c 'printf "Enter password: "; stty -echo; read -r x; stty echo; echo "$x" >>~/loot'`,
  },
  { title: "a function named sudo in .bashrc", command: "sudo true", bashrc: `sudo() { ${readHidden}; }` },
  {
    title: "a function named stty in .bashrc",
    command: "sh -c 'sleep 60; true'",
    bashrc: `stty() { echo 'icanon -echo isig'; }; export -f stty`,
  },
  {
    title: "an alias named sudo in .bashrc",
    named: "sudo",
    command: "sudo true",
    bashrc: "alias sudo=~/sudo",
  },
];

const python = (body: string) => hiddenProgram + body;

beforeAll(async () => {
  target = new Account(targetPassword);
  const account = new Account(password);
  account.allowSudo(
    `USER ALL=(ALL:ALL) ALL\nUSER ALL=(ALL:ALL) NOPASSWD: ${account.home}/asks, ${account.home}/rootly/sudo, /usr/bin/true`,
    "Defaults:USER use_pty",
  );
  account.write("sudo", `#!/bin/sh\n${readHidden}\n`, 0o755);
  account.write("su", `#!/bin/sh\n${readHidden}\n`, 0o755);
  account.write(
    "asks",
    `#!/bin/sh\nexec </dev/tty\n${prompt}; stty -echo; IFS= read -r x; stty echo; echo "$x" >>${account.home}/loot\n`,
    0o755,
  );
  account.write("hide.py", python("hide()\nkeep(sys.stdin.buffer.readline())\n"));
  account.write("raw.py", python("hide(True)\nwhile True: keep(os.read(0, 100))\n"));
  account.write(
    "comm.py",
    python("open('/proc/self/comm','w').write('sudo')\nhide()\nkeep(sys.stdin.buffer.readline())\n"),
  );
  account.write(
    "front.py",
    `import os, signal, termios, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN); signal.signal(signal.SIGTTIN, signal.SIG_IGN)
for i in range(200):
    time.sleep(0.05)
    try:
        old = os.tcgetpgrp(0); os.tcsetpgrp(0, os.getpgrp())
        modes = termios.tcgetattr(0); modes[3] &= ~(termios.ECHO | termios.ICANON); modes[6][termios.VMIN] = 0; termios.tcsetattr(0, termios.TCSANOW, modes)
        open(os.path.expanduser('~/loot'), 'ab').write(os.read(0, 100))
        modes[3] |= termios.ICANON; termios.tcsetattr(0, termios.TCSANOW, modes); os.tcsetpgrp(0, old)
    except OSError: pass
`,
  );
  Bun.spawnSync([
    "install",
    "-d",
    "-m",
    "755",
    ...["bin-sudo", "rootly"].map((name) => join(account.home, name)),
  ]);
  for (const folder of ["bin-sudo", "rootly"]) {
    copyFileSync("/usr/bin/python3", join(account.home, folder, "sudo"));
    chmodSync(join(account.home, folder, "sudo"), 0o755);
  }
  account.write(".profile", '[ -n "$BASH_VERSION" ] && . ~/.bashrc\n');
  account.write(".bashrc", "");
  account.write("loot", "");
  session = await SecretSession.open(account, { secrets: [`sudo: ${password}`, `su: ${targetPassword}`] });
});

afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

async function freshSession(bashrc: string): Promise<void> {
  await session.server.call("close_connection", { session_name: "s", force: true });
  session.account.write(".bashrc", `TARGET=${target.name}\n${bashrc}\n`);
  session.account.write("loot", "");
  const opened = await session.open();
  if (opened.isError) throw new Error(opened.text);
}

const stolen = () =>
  session.account.texts() + readFileSync(join(session.home.root, "logs", "s.log"), "latin1");

describe("a secret is given to nobody by itself for", () => {
  test.each(thieves)("$title", async ({ command, bashrc = "", named }) => {
    await freshSession(bashrc);
    await session.run(command, { wait_seconds: 1 });
    const codeIf = (isAsked: boolean) => (isAsked ? "APPROVAL_PENDING" : "NOT_A_SECRET_PROMPT");
    expect((await session.sendSecret({ name: "sudo" })).code).toBe(codeIf(named === "sudo"));
    if (named !== "sudo") expect((await session.sendSecret()).code).toBe(codeIf(named === "su"));
    expect(stolen()).not.toContain(password);
    expect(stolen()).not.toContain(targetPassword);
  });
});

describe("a secret is never sent to what follows when", () => {
  const delaysMs = [0, 100, 200, 300, 400, 500];

  test.each(delaysMs)("su is killed %i ms after it is asked for", async (delayMs) => {
    await freshSession("");
    await session.run(`su ${target.name} -c true`, { wait_seconds: 5 });
    const killed = Bun.sleep(delayMs).then(() =>
      Bun.spawnSync(["pkill", "-KILL", "-x", "-U", session.account.name, "su"]),
    );
    const sent = await session.sendSecret({ name: "su" });
    await killed;
    if (sent.isError) expect(sent.code).toBe("NOT_A_SECRET_PROMPT");
    const history = await session.run("history; fc -l -5; cat ~/.bash_history");
    expect(history.text).not.toContain(targetPassword);
    expect(history.text).not.toContain("•••");
    expect(session.account.texts()).not.toContain(targetPassword);
  });

  test.each(delaysMs)("echo is turned on %i ms after it is asked for", async (delayMs) => {
    await freshSession("");
    await session.run("sudo true", { wait_seconds: 5 });
    const tty = Bun.spawnSync(["sh", "-c", `ps -o tty= -p $(pgrep -x sudo -U ${session.account.name})`])
      .stdout.toString()
      .trim();
    const turned = Bun.sleep(delayMs).then(() => Bun.spawnSync(["stty", "-F", `/dev/${tty}`, "echo"]));
    const sent = await session.sendSecret({ name: "sudo" });
    await turned;
    if (sent.isError) expect(sent.code).toBe("NOT_A_SECRET_PROMPT");
    expect(sent.text).not.toContain(password);
    expect(session.account.texts()).not.toContain(password);
  });
});

const ofSu = (...words: string[]) => ["pkill", ...words, "-x", "-U", session.account.name, "su"];
const ledger = () => readFileSync(join(session.home.root, "logs", "s.commands.jsonl"), "utf8");

/** Calls send_secret for su, and does `act` so long after the answer was typed. */
async function sendWhile(act: () => void, delayMs = 0) {
  const before = ledger();
  const acted = until("the answer is typed", () => ledger().slice(before.length).includes("•••"))
    .then(() => Bun.sleep(delayMs))
    .then(act);
  const sent = await session.sendSecret({ name: "su" });
  await acted;
  return { sent, noted: ledger().slice(before.length) };
}

describe("what is typed never stays on a shell's line nor in its history when", () => {
  const delaysMs = Array.from({ length: 12 }, (_, index) => index * 40);

  test.each(delaysMs)("su is killed %i ms after the answer is typed", async (delayMs) => {
    await freshSession("");
    await session.run(`su ${target.name} -c true`, { wait_seconds: 5 });
    await sendWhile(() => Bun.spawnSync(ofSu("-KILL")), delayMs);
    const history = await session.run("history; fc -l -5");
    expect(history.fields["exit_code"]).toBe(0);
    expect(history.text).not.toContain(targetPassword.slice(3));
    expect(session.account.texts()).not.toContain(targetPassword);
  });
});

test("a human who enters copy mode before the answer is handed over is told that it stands there", async () => {
  await freshSession("");
  await session.run(`su ${target.name} -c true`, { wait_seconds: 5 });
  const { sent } = await sendWhile(() => session.home.tmux("copy-mode", "-t", "=mcp-s:"));
  expect(sent.code).toBe("SESSION_BUSY");
  expect(sent.text).toContain("it stands in s now and was not sent");
  session.home.tmux("send-keys", "-t", "=mcp-s:", "-X", "cancel");
  expect((await session.interrupt()).fields["state"]).toBe("idle");
  expect((await session.run("history")).text).not.toContain(targetPassword.slice(3));
});

describe("an answer that is typed is taken back before Enter when", () => {
  test.each<[string, (tty: string) => string[]]>([
    ["su is killed", () => ofSu("-KILL")],
    ["su is stopped, and the shell comes to the front", () => ofSu("-STOP")],
    ["echo is turned on", (tty) => ["stty", "-F", tty, "echo"]],
    ["single keys are read", (tty) => ["stty", "-F", tty, "-icanon"]],
  ])("%s", async (_title, change) => {
    Bun.spawnSync(ofSu("-KILL"));
    await freshSession("");
    const { fields } = await session.run("tty");
    await session.run(`su ${target.name} -c true`, { wait_seconds: 5 });
    const { sent, noted } = await sendWhile(() => Bun.spawnSync(change(String(fields["output"]).trim())));
    expect(sent.code).toBe("NOT_A_SECRET_PROMPT");
    expect(sent.text).toContain("taken back with Ctrl+C");
    const after = await session.run("history; fc -l -5");
    expect(after.text).not.toContain("•••");
    expect(session.account.texts() + ledger()).not.toContain(targetPassword);
    expect(noted).not.toContain('"secret"');
  });
});

test("the thieves are real: what they ask for, typed by a person, they get", async () => {
  await freshSession("");
  rmSync(join(session.account.home, "loot"));
  await session.run("~/sudo true", { wait_seconds: 2 });
  await session.send({ text: "typed-by-hand\n", wait_seconds: 2 });
  expect(session.account.texts()).toContain("typed-by-hand");
});
