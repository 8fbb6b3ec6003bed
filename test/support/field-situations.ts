import type { Situation } from "./waiting-situations.ts";

const python = (code: string) => `python3 -c '${code}'`;
const getpass = (words: string) => python(`import getpass; getpass.getpass("${words}")`);
const input = (words: string) => python(`input("${words}")`);
/** The session's account may log in again from its home. */
const innerSsh = (port: number, command: string) =>
  `ssh -F none -i ../client_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -tt -p ${port} 127.0.0.1 ${command}`;

type FieldSituation = Situation & { readonly needs?: string };

/** A second set, not used to find the rules: programs that wait, as people meet them. */
export function fieldWaiting(sshdPort: number): Situation[] {
  return installed([
    { title: "input() without words", command: python("input()"), expected: "text" },
    {
      title: "python reads to the end",
      command: python("import sys; sys.stdin.read()"),
      expected: "text",
    },
    {
      title: "python's own password words",
      command: python("import getpass; getpass.getpass()"),
      expected: "password",
    },
    {
      title: "apt's question",
      command: `sh -c 'printf "0 upgraded, 1 newly installed.\\nDo you want to continue? [Y/n] "; read x'`,
      expected: "confirmation",
    },
    {
      title: "dpkg's question about a file",
      command: `read -p '*** app.conf (Y/I/N/O/D/Z) [default=N] ? ' x`,
      expected: "confirmation",
    },
    { title: "pip's question", command: input("Proceed (Y/n)? "), expected: "confirmation" },
    {
      title: "npm's question",
      command: `node -e 'require("readline").createInterface(process.stdin,process.stdout).question("Ok to proceed? (y) ",()=>0)'`,
      expected: "confirmation",
    },
    {
      title: "unzip's question",
      command: `read -p 'replace f? [y]es, [n]o, [A]ll, [N]one, [r]ename: ' x`,
      expected: "confirmation",
    },
    { title: "terraform's question", command: input("  Enter a value: "), expected: "text" },
    {
      title: "git clean",
      command: "git init -q gc 2>/dev/null; cd gc; touch a; git clean -i; cd",
      expected: "text",
      leave: ["q", "Enter"],
      needs: "git",
    },
    {
      title: "git add -p",
      command: "git init -q gp 2>/dev/null; cd gp; echo a >a; git add a; echo b >a; git add -p; cd",
      expected: "confirmation",
      leave: ["q", "Enter"],
      needs: "git",
    },
    {
      title: "git asks for a name behind a pipe",
      command: String.raw`printf 'protocol=https\nhost=h.example\n\n' | git -c credential.helper= credential fill`,
      expected: "text",
      needs: "git",
    },
    {
      title: "git asks for a password behind a pipe",
      command: String.raw`printf 'protocol=https\nhost=h.example\nusername=u\n\n' | git -c credential.helper= credential fill`,
      expected: "password",
      needs: "git",
    },
    {
      title: "git log",
      command:
        "git init -q gl 2>/dev/null; cd gl; for i in $(seq 15); do git -c user.name=a -c user.email=a@b commit -qm $i --allow-empty; done; git log; cd",
      expected: "pager",
      leave: ["q"],
      needs: "git",
    },
    {
      title: "gpg's choice",
      command: "GNUPGHOME=$(mktemp -d) gpg --full-generate-key",
      expected: "text",
      needs: "gpg",
    },
    { title: "psql -W", command: "psql -h 127.0.0.1 -p 1 -W", expected: "password", needs: "psql" },
    { title: "gdb", command: "gdb -q", expected: "repl", leave: ["C-d"], needs: "gdb" },
    {
      title: "gdb's pager",
      command: "gdb -q -ex 'help all'",
      expected: "pager",
      leave: ["q", "Enter", "C-d"],
      needs: "gdb",
    },
    { title: "perl's debugger", command: "perl -de 0", expected: "repl", leave: ["q", "Enter"] },
    { title: "pdb", command: "echo 'x=1' >p.py; python3 -m pdb p.py", expected: "repl", leave: ["C-d"] },
    { title: "bc", command: "bc -q", expected: "repl", leave: ["C-d"], needs: "bc" },
    {
      title: "fdisk",
      command: "truncate -s 10M d; /sbin/fdisk d",
      expected: "text",
      leave: ["q", "Enter"],
      needs: "/sbin/fdisk",
    },
    { title: "top", command: "top", expected: "fullscreen", leave: ["q"], needs: "top" },
    { title: "htop", command: "htop", expected: "fullscreen", leave: ["q"], needs: "htop" },
    { title: "busybox top", command: "busybox top", expected: "fullscreen", leave: ["q"], needs: "busybox" },
    {
      title: "man on the main screen",
      command: "{ echo '.TH A 1'; echo '.SH NAME'; seq -f 'line %g' 2000; } >a.1; man -P 'less -X' -l a.1",
      expected: "pager",
      leave: ["q"],
      needs: "man",
    },
    { title: "nano", command: "nano -I f", expected: "fullscreen", leave: ["C-x"], needs: "nano" },
    {
      title: "vi",
      command: "busybox vi v",
      expected: "fullscreen",
      leave: [":q!", "Enter"],
      needs: "busybox",
    },
    { title: "watch", command: "watch -n 1 date", expected: "fullscreen", needs: "watch" },
    { title: "text to paste", command: "echo 'Paste it, then press Ctrl-D'; cat >pasted", expected: "text" },
    { title: "wc", command: "wc -l", expected: "text" },
    { title: "sort behind a prompt", command: "printf 'Numbers: '; sort -n", expected: "text" },
    {
      title: "passwd",
      command: "su nobody -s /bin/sh -c passwd",
      expected: "password",
      leave: ["Enter"],
    },
    {
      title: "an old passphrase",
      command: "rm -f ok; ssh-keygen -q -t ed25519 -N geheim -f ok; ssh-keygen -p -f ok",
      expected: "passphrase",
    },
    {
      title: "a key to overwrite",
      command: "rm -f kk; ssh-keygen -q -t ed25519 -N '' -f kk; ssh-keygen -q -t ed25519 -N '' -f kk",
      expected: "confirmation",
    },
    {
      title: "openssl's country",
      command: "openssl req -new -nodes -newkey ed25519 -keyout /dev/null",
      expected: "text",
    },
    { title: "mysql's password", command: getpass("Enter password: "), expected: "password" },
    { title: "ansible's password", command: getpass("BECOME password: "), expected: "password" },
    {
      title: "a passphrase for a path",
      command: getpass("Enter passphrase for ~/.ssh/id: "),
      expected: "passphrase",
    },
    { title: "a code of six digits", command: getpass("Enter the 6-digit code: "), expected: "otp" },
    { title: "a code that is shown", command: input("Enter OTP: "), expected: "otp" },
    {
      title: "any key of a script",
      command: "read -n1 -srp 'Press any key to continue . . . ' x",
      expected: "text",
    },
    { title: "a yes by one key", command: "read -n1 -rp 'Overwrite? [Y/n] ' x", expected: "confirmation" },
    { title: "cp -i", command: "touch c1 c2; cp -i c1 c2", expected: "text" },
    { title: "five seconds", command: "read -t 5 -p 'Continue ' x", expected: "text" },
    {
      title: "behind bracketed paste left on",
      command: String.raw`printf '\033[?2004h'; read -p 'Name: ' x; printf '\033[?2004l'`,
      expected: "text",
    },
    {
      title: "a password behind bracketed paste left on",
      command: String.raw`printf '\033[?2004h'; read -sp 'Kennwort ' x; printf '\033[?2004l'`,
      expected: "password",
    },
    {
      title: "one key in python",
      command: `${python('import sys,tty; tty.setcbreak(0); print("Taste ",end="",flush=True); sys.stdin.read(1)')}; stty sane`,
      expected: "text",
      leave: ["x"],
    },
    {
      title: "a menu of arrows",
      command: String.raw`node -e 'process.stdin.setRawMode(true); process.stdin.on("data",()=>process.exit()); process.stdout.write("? Pick one (Use arrow keys)\n> a\n  b ")'`,
      expected: "text",
    },
    {
      title: "script, hidden",
      command: `script -qc "bash -c 'read -sp Kennwort x'" /dev/null`,
      expected: "password",
    },
    {
      title: "sudo with a terminal of its own",
      command: "sudo -u nobody bash -c 'read -p \"Ort \" x'",
      expected: "text",
      needs: "sudo",
    },
    {
      title: "sudo, hidden inside",
      command: "sudo -u nobody bash -c 'read -sp \"Kennwort \" x'",
      expected: "password",
      needs: "sudo",
    },
    {
      title: "sudo's password",
      command: "runuser -u nobody -- sudo id",
      expected: "password",
      needs: "sudo",
    },
    {
      title: "su with a terminal of its own",
      command: `su -P nobody -s /bin/bash -c 'read -sp "Geheim " x'`,
      expected: "password",
    },
    {
      title: "an inner host's question",
      command: innerSsh(sshdPort, `'read -p "Ort: " x'`),
      expected: "text",
    },
    {
      title: "an inner host's password",
      command: innerSsh(sshdPort, `'read -sp "Password: " x'`),
      expected: "password",
    },
  ]);
}

/** Of the same set: programs that do not wait. */
export function fieldLookalikes(sshdPort: number): Situation[] {
  const running: readonly Omit<FieldSituation, "expected">[] = [
    { title: "sudo's words", command: "printf '[sudo] password for deploy: '; sleep 60" },
    {
      title: "percents and yes or no",
      command: 'for i in 1 2 3; do echo "${i}0% [y/n]"; sleep 0.2; done; sleep 60',
    },
    { title: "vite's help", command: "echo '  press h + enter to show help'; sleep 60" },
    { title: "a web server", command: "python3 -u -m http.server --bind 127.0.0.1 0" },
    {
      title: "a progress bar that asks",
      command: python(
        'import time\nfor i in range(99):\n  print("\\r%d%% done, ETA 00:12?"%i,end="",flush=True); time.sleep(.3)',
      ),
    },
    {
      title: "apt's progress line",
      command: String.raw`i=0; while sleep 0.2; do printf 'Unpacking %s\n\0337\033[50;1HProgress: [%3d%%]\0338' $i $((i+=1)); done`,
    },
    {
      title: "docker's progress lines",
      command: String.raw`printf '\n\n\n'; i=0; while sleep 0.2; do printf '\033[3A\033[2K\ra: %s MB\033[1B\033[2K\rb: %s MB\033[2B\r' $i $((i+=1)); done`,
    },
    {
      title: "git's progress",
      command: String.raw`i=0; while sleep 0.2; do printf '\rReceiving objects: %3d%% (%s/99)' $i $((i+=1)); done`,
    },
    { title: "clear", command: "clear; sleep 60" },
    { title: "tput cup", command: "tput cup 5 5; echo x; sleep 60" },
    { title: "a printed gdb prompt", command: "printf '(gdb) '; sleep 60" },
    { title: "a printed mysql prompt", command: "printf 'mysql> '; sleep 60" },
    { title: "a printed pager's line", command: "printf 'lines 1-50'; sleep 60" },
    { title: "a printed colon", command: "printf ':'; sleep 60" },
    { title: "words before computing", command: "printf 'Are you sure? '; dd if=/dev/zero of=/dev/null" },
    { title: "a time limit around sleep", command: "printf 'Continue? '; timeout 60 sleep 60" },
    { title: "a pipeline that sleeps", command: "printf 'Name: '; sleep 60 | cat" },
    {
      title: "keys unread",
      command: `sh -c 'trap "stty sane; exit" INT; stty -icanon -echo; printf "Press any key"; sleep 60'`,
    },
    {
      title: "a prompt with bracketed paste",
      command: String.raw`printf '\033[?2004h$ '; sleep 60; printf '\033[?2004l'`,
    },
    {
      title: "a question with bracketed paste",
      command: String.raw`printf '\033[?2004hName: '; sleep 60; printf '\033[?2004l'`,
    },
    { title: "a reader in the background", command: "(read x </dev/tty) & printf 'Name: '; sleep 60" },
    { title: "a terminal held open", command: `sh -c 'exec 3</dev/tty; printf "Code: "; sleep 60'` },
    { title: "script that sleeps", command: `script -qc "sh -c 'printf Password:; sleep 60'" /dev/null` },
    { title: "sudo that sleeps", command: `sudo -u nobody sh -c 'printf "Name: "; sleep 60'`, needs: "sudo" },
    { title: "su that sleeps", command: `su -P nobody -s /bin/sh -c 'printf "Kennwort: "; sleep 60'` },
    { title: "an inner host that sleeps", command: innerSsh(sshdPort, `'printf "Password: "; sleep 60'`) },
    { title: "a retry that asks nobody", command: "printf 'Connection lost. Retry? '; sleep 60" },
    {
      title: "peers that are waited for",
      command: python(
        'import select,socket; a,b=socket.socketpair(); print("Waiting for peers: ",end="",flush=True); select.select([a],[],[])',
      ),
    },
  ];
  return installed(running.map((each) => ({ ...each, expected: "running" })));
}

function installed(situations: readonly FieldSituation[]): Situation[] {
  return situations.filter(({ needs }) => needs === undefined || Bun.which(needs) !== null);
}
