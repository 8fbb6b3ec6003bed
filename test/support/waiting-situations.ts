import type { Awaiting } from "../../src/sessions/outcome.ts";

/** `expected`: what a wait must tell; `leave`: keys that end the program, C-c without it. */
export type Situation = {
  readonly title: string;
  readonly command: string;
  readonly expected: Awaiting["kind"] | "fullscreen" | "running";
  readonly leave?: readonly string[];
};

const python = (code: string) => `python3 -c '${code}'`;

/** Programs that do wait, in many words and ways. `sshdPort`: a host whose key is not known. */
export function waitingSituations(sshdPort: number): Situation[] {
  return [
    { title: "a plain question", command: "read -p 'Name: ' x", expected: "text" },
    { title: "a question without punctuation", command: "read -p 'Wie heißen Sie ' x", expected: "text" },
    { title: "no question at all", command: "read x", expected: "text" },
    { title: "a hidden line without a word", command: "read -s x", expected: "password" },
    { title: "a localised password", command: "read -sp 'Geheimnis für Anna ' x", expected: "password" },
    { title: "a password in Japanese", command: "read -sp '暗証番号を入力' x", expected: "password" },
    {
      title: "python's getpass",
      command: python('import getpass; getpass.getpass("Kennwort ")'),
      expected: "password",
    },
    {
      title: "openssl's password",
      command: "openssl enc -aes-256-cbc -in /etc/hostname -out /dev/null",
      expected: "password",
    },
    { title: "a new passphrase", command: "rm -f k; ssh-keygen -q -t ed25519 -f k", expected: "passphrase" },
    {
      title: "su's password",
      command: `su nobody -s /bin/sh -c 'su root -c id'`,
      expected: "password",
      leave: ["Enter"],
    },
    {
      title: "a key's passphrase",
      command: "rm -f k; ssh-keygen -q -t ed25519 -N geheim -f k; ssh-keygen -y -f k",
      expected: "passphrase",
    },
    { title: "a hidden one-time code", command: "read -sp 'Verification code: ' x", expected: "otp" },
    {
      title: "a password behind output",
      command: "seq 3; sleep 0.5; read -sp 'token? ' x",
      expected: "password",
    },
    { title: "yes or no", command: "read -p 'Proceed? [y/N] ' x", expected: "confirmation" },
    {
      title: "yes or no in full",
      command: python('input("Really delete (yes/no)? ")'),
      expected: "confirmation",
    },
    { title: "rm -i", command: "touch f; rm -i f", expected: "text" },
    {
      title: "an unknown host key",
      command: `ssh -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=ask -p ${sshdPort} 127.0.0.1`,
      expected: "host_key",
    },
    {
      title: "a German yes or no",
      command: python('input("Weiter mit Enter, sonst Strg-C ")'),
      expected: "text",
    },
    { title: "perl's STDIN", command: `perl -e '$|=1; print "Farbe "; <STDIN>'`, expected: "text" },
    { title: "a choice of bash", command: "select x in a b; do break; done", expected: "text" },
    { title: "any key", command: "read -n1 -sp 'Weiter mit beliebiger Taste …' x", expected: "text" },
    { title: "cat", command: "cat", expected: "text" },
    {
      title: "a reader in a pipeline",
      command: `sh -c 'printf "Schlüssel " >&2; read k; echo $k' | cat`,
      expected: "text",
    },
    { title: "a reader after work", command: "sleep 0.4; read -p 'Ziel ' x", expected: "text" },
    { title: "a reader with a time limit", command: "read -t 30 -p 'Soon: ' x", expected: "text" },
    {
      title: "a terminal within the terminal",
      command: `script -qc "bash -c 'read -p Inner: x'" /dev/null`,
      expected: "text",
    },
    {
      title: "node's readline",
      command: `node -e 'require("readline").createInterface(process.stdin,process.stdout).question("Ort ",()=>0)'`,
      expected: "text",
    },
    { title: "more", command: "seq 1000 | more", expected: "pager", leave: ["q"] },
    { title: "less on the main screen", command: "seq 1000 >n; less -X n", expected: "pager", leave: ["q"] },
    { title: "less", command: "less n", expected: "fullscreen", leave: ["q"] },
    { title: "vim", command: "vim -u NONE n", expected: "fullscreen", leave: ["Escape", ":q!", "Enter"] },
    { title: "python", command: "python3 -q", expected: "repl", leave: ["C-d"] },
    { title: "sqlite3", command: "sqlite3", expected: "repl", leave: ["C-d"] },
    { title: "node", command: "node", expected: "repl", leave: ["C-d"] },
  ];
}

/** Programs that only look as if they waited. */
export function lookalikes(sshdPort: number): Situation[] {
  const commands: readonly [string, string][] = [
    ["a printed password prompt", "printf 'Password: '; sleep 60"],
    ["a printed password prompt with a line end", "echo 'Password:'; sleep 60"],
    ["a printed yes or no", "printf '50%% [y/n]'; sleep 60"],
    ["a yes or no in a busy build", `sh -c 'printf "Compiling [y/n] "; while :; do :; done'`],
    ["a yes or no before a pipe", "{ printf 'Continue? (yes/no) ' >&2; sleep 60; } | cat"],
    ["a printed name prompt", python('import time; print("Enter name:",end="",flush=True); time.sleep(60)')],
    ["a printed interpreter's prompt", "printf '>>> '; sleep 60"],
    ["a printed pager's prompt", "printf -- '--More--'; sleep 60"],
    ["a printed shell's prompt inside su", `su nobody -s /bin/sh -c 'printf "50%% "; sleep 60'`],
    ["a log that is followed", "printf 'Enter passphrase for key: '; tail -f /dev/null"],
    [
      "a host that is waited for",
      `python3 -c 'import socket; s=socket.create_connection(("127.0.0.1",${sshdPort})); s.recv(99); print("Login: ",end="",flush=True); s.recv(9)'`,
    ],
    ["a file that is computed", `sh -c 'printf "Username: "; cat </dev/zero >/dev/null'`],
    [
      "a progress line that asks",
      `sh -c 'i=0; while :; do printf "\\rStep [y/n] %s? " $((i=i+1)); sleep 0.5; done'`,
    ],
    [
      "a development server",
      `node -e 'process.stdin.resume(); process.stdout.write("  press h + enter to show help"); setInterval(()=>0,1e3)'`,
    ],
    ["silence", "sleep 60"],
    ["a pipe that is read", "printf 'Value: '; read x < <(sleep 60)"],
    ["a fifo that nobody writes", "rm -f p; mkfifo p; printf 'Token: '; cat p"],
    [
      "hidden typing during work",
      `sh -c 'stty -echo; trap "stty echo; exit" INT; printf "Password: "; sleep 60'`,
    ],
    ["a wait for a child", `sh -c 'sleep 60 & printf "Delete all? [Y/n] "; wait'`],
  ];
  return commands.map(([title, command]) => ({ title, command, expected: "running" }));
}
