import { UserError } from "../base/user-error.ts";
import { maskLines, maskWithin, type TextMask } from "../policy/mask.ts";
import type { LogPage } from "./log-page.ts";
import type { SessionHandle, SessionService } from "./outcome.ts";
import type { FoundLine } from "./search-outcome.ts";

/** Over so many lines more than are shown, a value that is broken into lines is still seen: 1,000 bytes in base64. */
const linesBeyond = 20;

/** The one door through which text leaves for a client: outcomes and errors of `inner` without the secrets known then. */
export function maskSessions(inner: SessionService, currentMask: () => Promise<TextMask>): SessionService {
  const masked = <T>(work: () => Promise<T>) => withoutSecrets(work, currentMask);
  return {
    catalog: () => inner.catalog(),
    watch: (watched) => inner.watch(watched),
    transferDirs: () => inner.transferDirs(),
    listConfigs: () => masked(() => inner.listConfigs()),
    serverInfo: (name) => masked(() => inner.serverInfo(name)),
    open: (request, call) => masked(() => inner.open(request, call)),
    warnings: () => inner.warnings(),
    list: () => masked(() => inner.list()),
    close: (request, call) => masked(() => inner.close(request, call)),
    find: async (name) => {
      const session = await maskedErrors(() => inner.find(name), currentMask);
      return maskSession(session, currentMask, await currentMask());
    },
  };
}

function maskSession(
  inner: SessionHandle,
  currentMask: () => Promise<TextMask>,
  mask: TextMask,
): SessionHandle {
  const masked = <T>(work: () => Promise<T>) => withoutSecrets(work, currentMask);
  return {
    name: inner.name,
    execute: (request, call) => masked(() => inner.execute(request, call)),
    output: (request, call) => masked(() => inner.output(request, call)),
    input: (request, call) => masked(() => inner.input(request, call)),
    sendSecret: (request, call) => masked(() => inner.sendSecret(request, call)),
    interrupt: (request, call) => masked(() => inner.interrupt(request, call)),
    search: async (request, call) => {
      const contextLines = request.contextLines + linesBeyond;
      const found = await maskedErrors(() => inner.search({ ...request, contextLines }, call), currentMask);
      const now = await currentMask();
      const matches = found.matches.map((match) => maskMatch(match, request.contextLines, now));
      return { ...maskWithin({ ...found, matches: [] }, now), matches };
    },
    transfer: (request, call) => masked(() => inner.transfer(request, call)),
    logPage: async (cursor) => {
      const page = await maskedErrors(() => inner.logPage(cursor), currentMask);
      return maskPage(page, await currentMask());
    },
    history: (most) => masked(() => inner.history(most)),
    remoteFolders: (begun, signal) => masked(() => inner.remoteFolders(begun, signal)),
    humanQuestion: (signal) => masked(() => inner.humanQuestion(signal)),
    humans: (from, to) => maskWithin(inner.humans(from, to), mask),
  };
}

function maskPage(page: LogPage, mask: TextMask): LogPage {
  const { before, lines, after } = page;
  const masked = maskLines([...before, ...lines, ...after], mask);
  return { ...page, before: [], lines: masked.slice(before.length, before.length + lines.length), after: [] };
}

function maskMatch(match: FoundLine, contextLines: number, mask: TextMask): FoundLine {
  const { before, text, after } = match;
  const lines = maskLines([...before, text, ...after], mask);
  const at = before.length;
  return {
    ...match,
    before: lines.slice(Math.max(0, at - contextLines), at),
    text: lines[at] ?? "",
    after: lines.slice(at + 1, at + 1 + contextLines),
  };
}

/** What the call itself fetched is known by its end. */
async function withoutSecrets<T>(work: () => Promise<T>, currentMask: () => Promise<TextMask>): Promise<T> {
  const outcome = await maskedErrors(work, currentMask);
  return maskWithin(outcome, await currentMask());
}

async function maskedErrors<T>(work: () => Promise<T>, currentMask: () => Promise<TextMask>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const mask = await currentMask();
    const { code, message, hint, details, cause } = error;
    throw new UserError(code, mask(message), mask(hint), { details: maskWithin(details ?? {}, mask), cause });
  }
}
