import { recordAct } from "../policy/gatehouse.ts";
import { humanBy } from "../policy/human-presence.ts";
import { clientTimes } from "../tmux/human-client.ts";
import { humanCommands } from "./human-commands.ts";
import type { SessionContext } from "./look.ts";
import { recordHumans } from "./record-humans.ts";

/** As long without a key, and it is another stretch of typing. */
const pauseSeconds = 30;

type Stretch = { readonly from: number; readonly begunAt: number };

/**
 * What the human of one attached client does, for the audit: the commands that they run, each as it ends, and when they
 * press keys, never which. To be looked at again and again while they are there.
 */
export class TypingRecord {
  readonly #clientPid: number;
  #offset: number;
  readonly #begin: number;
  /** Where commands ended, anyone's, that were looked at. */
  readonly #seen = new Set<number>();
  #lastKeyAt: number | undefined;
  #stretch: Stretch | undefined;

  /** `offset`: where the log ends as the client starts. */
  constructor(clientPid: number, offset: number) {
    this.#clientPid = clientPid;
    this.#offset = offset;
    this.#begin = offset;
  }

  async look(session: SessionContext): Promise<void> {
    const times = await clientTimes(session.tmux, session.record.session_name, this.#clientPid);
    await this.#noteCommands(session);
    if (times === undefined) return;
    const { keyAt } = times;
    const before = this.#lastKeyAt ?? times.begunAt;
    this.#lastKeyAt = keyAt;
    if (keyAt - before > pauseSeconds || Date.now() / 1_000 - keyAt > pauseSeconds)
      await this.#endStretch(session, before);
    if (keyAt > before && this.#stretch === undefined) {
      this.#stretch = { from: this.#offset, begunAt: keyAt };
      await note(session, { from: this.#offset });
    }
    this.#offset = session.terminal.offset;
  }

  /** Once the human has left. */
  async end(session: SessionContext): Promise<void> {
    await session.terminal.catchUp();
    await this.#noteCommands(session);
    await this.#endStretch(session, this.#lastKeyAt ?? 0);
  }

  async #noteCommands(session: SessionContext): Promise<void> {
    const range = { from: this.#begin, to: session.terminal.offset };
    const commands = humanCommands(session, range, this.#seen);
    for (const { ended } of session.terminal.shellLevels)
      for (const { outputEnd } of ended) if (outputEnd < range.to) this.#seen.add(outputEnd);
    await recordHumans(session, commands);
  }

  async #endStretch(session: SessionContext, lastKeyAt: number): Promise<void> {
    if (this.#stretch === undefined) return;
    const { from, begunAt } = this.#stretch;
    this.#stretch = undefined;
    await note(session, { from, to: session.terminal.offset, seconds: Math.max(0, lastKeyAt - begunAt) });
  }
}

/** Nobody is kept from their own session by a record that cannot be written. */
async function note(
  { gatehouse, record }: SessionContext,
  facts: Readonly<Record<string, number>>,
): Promise<void> {
  const { session_name: session, connection_config: connection } = record;
  const by = humanBy("attached");
  await recordAct(gatehouse, { act: "typing", session, connection, by, ...facts }).catch(() => undefined);
}
