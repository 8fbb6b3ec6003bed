/** What the host says of the session's terminal: its modes, and each thread of the programs in front. */
export type TerminalReading = {
  readonly canonical: boolean;
  readonly echo: boolean;
  readonly threads: readonly Thread[];
};

/** `file`: what a reading thread reads; where that is hidden, `socket` if it has one open, else `none`. */
type Thread = {
  readonly state: string;
  readonly waitsIn: string;
  readonly file: "tty" | "other" | "socket" | "none";
  readonly program: string;
};

/**
 * `secret`, `line` and `key`: a program reads the terminal, unseen, by lines or by keys. `busy`: none does. `unclear`:
 * the host does not tell, or the program only passes on what another terminal shows.
 */
export type Verdict = "secret" | "line" | "key" | "busy" | "unclear";

/** `isPlain`: what is typed is shown and read by whole lines; `isRaw`: a program that does not only pass them on takes keys. */
export type Judgement = {
  readonly verdict: Verdict;
  readonly isRaw: boolean;
  readonly isPlain: boolean;
  readonly programs: readonly string[];
};

const maxLines = 60;
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
  const [, canonical, echo] = /^m ([01]) ([01])$/.exec(modes) ?? [];
  if (canonical === undefined || rest.pop() !== "e" || rest.length > maxLines) return undefined;
  const threads = rest.map(parseThread).filter((thread) => thread !== undefined);
  return threads.length === rest.length
    ? { canonical: canonical === "1", echo: echo === "1", threads }
    : undefined;
}

function parseThread(line: string): Thread | undefined {
  const [, state, waitsIn, file, program] =
    /^p ([A-Za-z]) ([\w.+:@-]{1,64}) (tty|other|socket|none) ([\w.+:@-]{1,64})$/.exec(line) ?? [];
  if (state === undefined || waitsIn === undefined || program === undefined) return undefined;
  if (file !== "tty" && file !== "other" && file !== "socket" && file !== "none") return undefined;
  return { state, waitsIn, file, program };
}

export function judge({ canonical, echo, threads }: TerminalReading): Judgement {
  const programs = [...new Set(threads.map(({ program }) => program))];
  const isRelayed = !canonical && programs.some((program) => relays.test(program));
  const isPlain = canonical && echo;
  const isRaw = !canonical && !isRelayed;
  return {
    programs,
    isPlain,
    isRaw,
    verdict: isRelayed ? "unclear" : verdictOn({ canonical, echo, threads }),
  };
}

function verdictOn({ canonical, echo, threads }: TerminalReading): Verdict {
  const sleeping = threads.filter(({ state }) => /^[SI]$/i.test(state));
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

function isReading({ waitsIn, file }: Thread): boolean {
  return file === "tty" || (file === "none" && readsTerminal.test(waitsIn));
}
