import { UserError } from "../base/user-error.ts";
import { maskWithin, type TextMask } from "../policy/mask.ts";
import type { SessionHandle, SessionService } from "./outcome.ts";

/** The one door through which text leaves for a client: outcomes and errors of `inner` without the secrets known then. */
export function maskSessions(inner: SessionService, currentMask: () => Promise<TextMask>): SessionService {
  const masked = <T>(work: () => Promise<T>) => withoutSecrets(work, currentMask);
  return {
    transferDirs: () => inner.transferDirs(),
    listConfigs: () => masked(() => inner.listConfigs()),
    serverInfo: (name) => masked(() => inner.serverInfo(name)),
    open: (request, call) => masked(() => inner.open(request, call)),
    list: () => masked(() => inner.list()),
    close: (request, call) => masked(() => inner.close(request, call)),
    find: async (name) => {
      const session = await maskedErrors(() => inner.find(name), currentMask);
      return maskSession(session, masked, await currentMask());
    },
  };
}

function maskSession(
  inner: SessionHandle,
  masked: <T>(work: () => Promise<T>) => Promise<T>,
  mask: TextMask,
): SessionHandle {
  return {
    name: inner.name,
    execute: (request, call) => masked(() => inner.execute(request, call)),
    output: (request, call) => masked(() => inner.output(request, call)),
    input: (request, call) => masked(() => inner.input(request, call)),
    sendSecret: (request, call) => masked(() => inner.sendSecret(request, call)),
    interrupt: (request, call) => masked(() => inner.interrupt(request, call)),
    search: (request, call) => masked(() => inner.search(request, call)),
    transfer: (request, call) => masked(() => inner.transfer(request, call)),
    humans: (from, to) => maskWithin(inner.humans(from, to), mask),
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
