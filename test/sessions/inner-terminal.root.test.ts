import { afterAll, beforeAll, expect, test } from "bun:test";

import { fieldLookalikes, fieldWaiting } from "../support/field-situations.ts";
import { ShellSession } from "../support/shell-session.ts";
import { runSituation } from "../support/waiting-run.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const inner = [...fieldWaiting(0), ...fieldLookalikes(0)].filter(({ title }) =>
  /^(?:script|su |sudo )/.test(title),
);

test.each(inner.map((situation) => [situation.title, situation] as const))(
  "the host tells inside a terminal within the terminal: %s",
  async (_title, situation) => {
    expect((await runSituation(session, situation)).told).toBe(situation.expected);
  },
  15_000,
);
