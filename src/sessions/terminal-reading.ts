/** What the host says of the session's terminal: its modes, and each thread of the programs in front. */
export type TerminalReading = {
  readonly canonical: boolean;
  readonly echo: boolean;
  readonly threads: readonly Thread[];
};

/**
 * `file`: what a reading thread reads, `block` being all there is of the terminal; where that is hidden, `socket` if it
 * has one open, else `none`. `argv`: `bare` is a shell that was given no script and no command.
 */
type Thread = {
  readonly state: string;
  readonly waitsIn: string;
  readonly file: "tty" | "block" | "other" | "socket" | "none";
  readonly program: string;
  readonly pid: number;
  readonly argv: "bare" | "more" | "unknown";
};

/**
 * `prompt`: a shell reads its next command, or lets its own line editor read for a command of its. `secret`, `line` and `key`: a program reads the terminal, unseen, by lines or by keys. `busy`: none does. `unclear`:
 * the host does not tell, or the program only passes on what another terminal shows.
 */
export type Verdict = "prompt" | "secret" | "line" | "key" | "busy" | "unclear";

/** `isPlain`: what is typed is shown and read by whole lines; `isRaw`: a program that does not only pass them on takes keys. */
export type Judgement = {
  readonly verdict: Verdict;
  readonly isRaw: boolean;
  readonly isPlain: boolean;
  readonly programs: readonly string[];
  readonly pids: readonly number[];
  /** A shell is in front that may well be at its prompt, as far as can be seen. */
  readonly hasShell: boolean;
};

const maxLines = 60;
const shellProgram = /^-?(?:busybox|(?:ba|z|fi|da|a|k|mk|lk|tc|c)?sh|ksh93)$/;
const relays =
  /^(?:ssh|mosh-client|telnet|docker|podman|nerdctl|kubectl|oc|crictl|lxc|machinectl|virsh|script|screen|tmux.*|sudo|su|doas|expect|picocom|minicom)$/;
const readsTerminal = /^(?:wait_woken|n_tty_read|.*tty_read.*|tty_wait.*|ttyin|ttyread)$/;
const polls = /poll|select|kqread|kevent/;
const limitedReaders = /^(?:bash|zsh|ksh93|mksh)$/;
const interpreters =
  /^(?:python[\d.]*|i?pdb3?|node|npm|npx|yarn|pnpm|bc|irb|ruby|psql|mysql|mariadb|sqlite3|gdb|lldb|R|ghci|lua[\d.]*|php[\d.]*|redis-cli|mongosh?|julia|jshell|ftp|sftp)$/;

/** Undefined for all that is not exactly what our script prints under `tag`; what comes before that is passed over. */
export function parseReading(text: string, tag: string): TerminalReading | undefined {
  const lines = text.split("\n").filter((line) => line.startsWith(`${tag} `));
  const [modes = "", ...rest] = lines.map((line) => line.slice(tag.length + 1));
  const terminal = parseModes(modes);
  if (terminal === undefined || rest.pop() !== "e" || rest.length > maxLines) return undefined;
  const threads = rest.map(parseThread).filter((thread) => thread !== undefined);
  return threads.length === rest.length ? { ...terminal, threads } : undefined;
}

export function parseModes(line: string): Pick<TerminalReading, "canonical" | "echo"> | undefined {
  const [, canonical, echo] = /^m ([01]) ([01])$/.exec(line) ?? [];
  return canonical === undefined ? undefined : { canonical: canonical === "1", echo: echo === "1" };
}

function parseThread(line: string): Thread | undefined {
  const [, state, waitsIn, file, program, pid, argv] =
    /^p ([A-Za-z]) ([\w.+:@-]{1,64}) (\w+) ([\w.+:@-]{1,64}) (\d{1,10}) (bare|more|unknown)$/.exec(line) ??
    [];
  if (state === undefined || waitsIn === undefined || program === undefined) return undefined;
  if (file !== "tty" && file !== "block" && file !== "other" && file !== "socket" && file !== "none")
    return undefined;
  return {
    state,
    waitsIn,
    file,
    program,
    pid: Number(pid),
    argv: argv === "bare" || argv === "more" ? argv : "unknown",
  };
}

export function judge({ canonical, echo, threads }: TerminalReading): Judgement {
  const programs = [...new Set(threads.map(({ program }) => program))];
  const isRelayed = !canonical && programs.some((program) => relays.test(program));
  const isPlain = canonical && echo;
  const isRaw = !canonical && !isRelayed;
  const pids = threads.map(({ pid }) => pid);
  const hasShell = threads.some((thread) => mayBeAtPrompt(thread, canonical));
  return {
    hasShell,
    programs,
    pids,
    isPlain,
    isRaw,
    verdict: isRelayed ? "unclear" : verdictOn({ canonical, echo, threads }),
  };
}

function verdictOn({ canonical, echo, threads }: TerminalReading): Verdict {
  const sleeping = threads.filter(({ state }) => /^[SI]$/i.test(state));
  if (threads.length > 0 && threads.every((thread) => isAtPrompt(thread, canonical))) return "prompt";
  if (sleeping.some(isReading)) return !canonical ? "key" : echo ? "line" : "secret";
  const isHidden = threads.length === 0 || sleeping.some(({ waitsIn }) => /^[-0]$/.test(waitsIn));
  const polling = sleeping.filter(({ waitsIn }) => polls.test(waitsIn));
  const mayRead =
    isHidden ||
    polling.length > 0 ||
    sleeping.some(({ waitsIn, file }) => readsTerminal.test(waitsIn) && file === "socket");
  if (!mayRead) return "busy";
  const isRunning = threads.some(({ state }) => /^[RD]/.test(state));
  if (canonical && !echo) return isRunning ? "busy" : "secret";
  // A shell has the terminal to itself and polls it only in a read that has a time limit.
  if (canonical && !isRunning && polling.some(({ program }) => limitedReaders.test(program))) return "line";
  // Keys are awaited in poll by editors of lines, but by all that shows progress too.
  if (!canonical && polling.some(({ program }) => interpreters.test(program))) return "key";
  return "unclear";
}

/** bash polls at its prompt and reads for `read`; what has no line editor reads a whole line, and for `read` byte by byte. */
function isAtPrompt(thread: Thread, canonical: boolean): boolean {
  const { state, argv, program, file, waitsIn } = thread;
  if (argv !== "bare" || !shellProgram.test(program) || !/^[SI]$/i.test(state)) return false;
  if (canonical) return file === "block";
  return polls.test(waitsIn) || (isReading(thread) && !program.endsWith("bash"));
}

/** Not one that runs a script, nor one that reads byte by byte what is typed as a line. */
function mayBeAtPrompt({ argv, program, file }: Thread, canonical: boolean): boolean {
  return shellProgram.test(program) && argv !== "more" && !(canonical && argv === "bare" && file === "tty");
}

function isReading({ waitsIn, file }: Thread): boolean {
  return file === "tty" || file === "block" || (file === "none" && readsTerminal.test(waitsIn));
}
