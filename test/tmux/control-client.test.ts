import { expect, test } from "bun:test";

import { UserError } from "../../src/base/user-error.ts";
import { paneFacts } from "../../src/tmux/pane.ts";
import type { TmuxServer } from "../../src/tmux/server.ts";
import { createSession } from "../../src/tmux/session.ts";
import { command } from "../../src/tmux/words.ts";
import { PrivateTmux, signalProcess, until } from "../support/private-tmux.ts";

test("a thousand lines sent at once are answered in order, each with its own reply", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const say = async (number: number) => {
    const commands = [
      command("display-message", "-p", `${number}`),
      command("display-message", "-p", `again ${number}`),
    ];
    return (await server.run(number % 2 === 0 ? commands : commands.slice(0, 1))).flatMap(
      ({ lines }) => lines,
    );
  };
  const numbers = Array.from({ length: 1000 }, (_, index) => index);
  const replies = await Promise.all(numbers.map(say));
  expect(replies).toEqual(
    numbers.map((number) => (number % 2 === 0 ? [`${number}`, `again ${number}`] : [`${number}`])),
  );
});

test("a failed command ends its line, and the next line is answered rightly", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const say = (text: string) => command("display-message", "-p", text);
  const kill = command("kill-session", "-t", "=none");
  const [first, second, third] = await Promise.all([
    server.run([say("one"), kill, say("two")]),
    server.run([kill]),
    server.run([say("three")]),
  ]);
  expect(first.map(({ ok }) => ok)).toEqual([true, false]);
  expect(second).toHaveLength(1);
  expect(second[0]?.ok).toBe(false);
  expect(third).toEqual([{ ok: true, lines: ["three"] }]);
});

test("a line that tmux cannot understand fails with its words, and the next is answered", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const [reply] = await server.run([command("kill-session", "-Z")]);
  expect(reply?.ok).toBe(false);
  expect(reply?.lines.join(" ")).not.toBe("");
  expect(await server.run([command("display-message", "-p", "on")])).toEqual([{ ok: true, lines: ["on"] }]);
});

test("notifications are announced", async () => {
  await using tmux = new PrivateTmux();
  const names: string[] = [];
  const server = await tmux.connect({ onNotification: ({ name }) => names.push(name) });
  await createSession(server, tmux.plan("one", "exec cat"));
  await until("sessions-changed", () => names.includes("sessions-changed"));
});

test("the server's death is told at once to all who wait and all who come later", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const pid = await serverPid(server);
  signalProcess(pid, "SIGSTOP");
  const pending = [server.run([command("display-message", "-p", "x")]), paneFacts(server, "none")];
  const settled = Promise.allSettled(pending);
  const start = performance.now();
  signalProcess(pid, "SIGKILL");
  const results = await settled;
  expect(performance.now() - start).toBeLessThan(100);
  for (const result of [...results, ...(await Promise.allSettled([paneFacts(server, "none")]))]) {
    expect(result.status === "rejected" && result.reason instanceof UserError && result.reason.code).toBe(
      "TMUX_UNAVAILABLE",
    );
  }
  expect(server.lost.aborted).toBe(true);
  expect(server.lost.reason).toBeInstanceOf(UserError);
});

test("the server's death aborts the signal while nobody waits", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect();
  const lost = new Promise<void>((resolve) => server.lost.addEventListener("abort", () => resolve()));
  const pid = await serverPid(server);
  const start = performance.now();
  signalProcess(pid, "SIGKILL");
  await lost;
  expect(performance.now() - start).toBeLessThan(100);
});

test("a server that no longer answers counts as gone after the time limit", async () => {
  await using tmux = new PrivateTmux();
  const server = await tmux.connect({ timeoutMs: 150 });
  const pid = await serverPid(server);
  signalProcess(pid, "SIGSTOP");
  try {
    const error: unknown = await server
      .run([command("display-message", "-p", "x")])
      .catch((reason: unknown) => reason);
    expect(error instanceof UserError && error.message).toContain("did not answer within 0.15 s");
  } finally {
    signalProcess(pid, "SIGCONT");
  }
});

test("leaving the conversation leaves the server and its sessions running", async () => {
  await using tmux = new PrivateTmux();
  const first = await tmux.connect();
  await createSession(first, tmux.plan("one", "exec cat"));
  await first[Symbol.asyncDispose]();
  expect(
    await first.run([command("display-message", "-p", "x")]).catch((reason: unknown) => reason),
  ).toBeInstanceOf(UserError);
  const second = await tmux.connect();
  expect((await paneFacts(second, "one"))?.dead).toBe(false);
});

async function serverPid(server: TmuxServer): Promise<number> {
  const [reply] = await server.run([command("display-message", "-p", "#{pid}")]);
  return Number(reply?.lines[0]);
}
