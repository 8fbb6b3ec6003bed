import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { removeFolder } from "./remove-folder.ts";

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const deadlineMs = 15_000;

/** How each shell takes lines as from a person, where it can do that without a terminal. */
const shellWords = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
  fish: ["fish", "--no-config"],
  tcsh: ["tcsh", "-f", "-i"],
} as const;

export type CanaryShell = keyof typeof shellWords;

/** Those of this machine. */
export function canaryShells(): CanaryShell[] {
  const names: readonly CanaryShell[] = ["bash", "zsh", "fish", "tcsh"];
  return names.filter((name) => Bun.which(shellWords[name][0]) !== null);
}

/** Programs that speak to services: never the real ones. With a word that changes something they touch the canary. */
const services =
  "systemctl journalctl docker kubectl loginctl hostnamectl timedatectl crontab rpm nvidia-smi".split(" ");
const standIn = `#!/bin/sh
for word; do
  case $word in
  restart | stop | start | kill | rm | delete | apply | exec | run | set* | edit | scale | -r | -e | --vacuum* | --rotate) : >"$CANARY/hit" ;;
  esac
done
`;
/** Follows no file, since none of these lines may go on for ever. */
const tail = `#!/bin/sh
for word; do case $word in -f | -F | --follow*) exit ;; esac; done
exec /usr/bin/tail "$@"
`;

/** A throw-away folder with files to harm, in which shells run lines as an account without rights. */
export class Canary implements AsyncDisposable {
  readonly #root = mkdtempSync(path.join(tmpdir(), "policy-canary-"));
  readonly #pattern = path.join(this.#root, "pattern");
  #folders = 0;
  #folder: string;

  constructor() {
    chmodSync(this.#root, 0o755);
    mkdirSync(path.join(this.#root, "programs"));
    mkdirSync(path.join(this.#root, "home"));
    own(path.join(this.#root, "home"));
    for (const name of services) this.#program(name, standIn);
    this.#program("tail", tail);
    makePattern(this.#pattern);
    this.#folder = this.#fresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.#root);
  }

  /** Whether the line, run by the shell, left a trace in the folder, which is then made anew. */
  async isTouchedBy(line: string, shell: CanaryShell): Promise<boolean> {
    const folder = this.#folder;
    const before = traceOf(folder);
    const child = Bun.spawn([...unprivileged, ...shellWords[shell]], {
      cwd: folder,
      env: {
        CANARY: folder,
        HOME: path.join(this.#root, "home"),
        LC_ALL: "C",
        SHELL: "/bin/sh",
        PATH: `${path.join(this.#root, "programs")}:/usr/bin:/bin`,
        TERM: "dumb",
      },
      stdin: new Blob([line, "\n"]),
      stdout: "pipe",
      stderr: "ignore",
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    // Its end comes when what runs in the background has ended too.
    await new Response(child.stdout).bytes();
    await child.exited;
    if (child.signalCode === "SIGKILL") throw new Error(`${shell} did not end: ${JSON.stringify(line)}`);
    if (traceOf(folder) === before) return false;
    this.#folder = this.#fresh();
    return true;
  }

  #program(name: string, text: string): void {
    writeFileSync(path.join(this.#root, "programs", name), text, { mode: 0o755 });
  }

  #fresh(): string {
    this.#folders += 1;
    const folder = path.join(this.#root, `folder${this.#folders}`);
    cpSync(this.#pattern, folder, { recursive: true, verbatimSymlinks: true });
    own(folder);
    return folder;
  }
}

const unprivileged =
  process.platform === "linux"
    ? ["setsid", ...(isRoot ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [])]
    : [];

function own(file: string): void {
  if (!isRoot) return;
  const status = lstatSync(file);
  if (!status.isSymbolicLink()) chownSync(file, nobody, nobody);
  if (status.isDirectory()) for (const name of readdirSync(file)) own(path.join(file, name));
}

function makePattern(folder: string): void {
  for (const name of [".", "keep", "empty", "bin", "trap"])
    mkdirSync(path.join(folder, name), { recursive: true });
  const files = {
    canary: "alive\n",
    "a.txt": "one\ntwo\nthree\n",
    "b.log": "one\nfour\n",
    "a b.txt": "one\n",
    "-delete": "",
    "trap/-delete": "",
    "keep/a.txt": "one\n",
    "keep/b.log": "two\n",
    "prog.awk": 'BEGIN { system("touch new") }\n',
    "big.txt": Array.from({ length: 4_000 }, (_, index) => `${(index * 7919) % 4_000} line\n`).join(""),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  for (const name of ["script.sh", "bin/ls"]) {
    writeFileSync(path.join(folder, name), "#!/bin/sh\n: >new\n", { mode: 0o755 });
  }
  symlinkSync("a.txt", path.join(folder, "link"));
}

/** All that changing a file, its name or its rights changes. */
function traceOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names
    .map((name) => {
      const { ino, mode, size, mtimeNs, ctimeNs } = lstatSync(path.join(folder, name), { bigint: true });
      return `${name} ${ino} ${mode} ${size} ${mtimeNs} ${ctimeNs}`;
    })
    .join("\n");
}
