import { afterAll, beforeAll, expect, test } from "bun:test";

import { ShellSession } from "../support/shell-session.ts";
import { runSituation } from "../support/waiting-run.ts";
import { lookalikes, waitingSituations } from "../support/waiting-situations.ts";

let session: ShellSession;

beforeAll(async () => {
  session = await ShellSession.open({ shell: "/bin/bash" });
});

afterAll(() => session[Symbol.asyncDispose]());

const port = () => session.sshd.port;

test.each(waitingSituations(0).map(({ title }, index) => [title, index] as const))(
  "it is told that this waits: %s",
  async (_title, index) => {
    const situation = waitingSituations(port())[index];
    if (situation === undefined) return expect.unreachable();
    const { told, ms } = await runSituation(session, situation);
    expect(told).toBe(situation.expected);
    expect(ms).toBeLessThan(2_000);
  },
  15_000,
);

test.each(lookalikes(0).map(({ title }, index) => [title, index] as const))(
  "it is not told that this waits: %s",
  async (_title, index) => {
    const situation = lookalikes(port())[index];
    if (situation === undefined) return expect.unreachable();
    expect((await runSituation(session, situation)).told).toBe("running");
  },
  15_000,
);
