import { expect, test } from "bun:test";

import type { SshConnection } from "../../src/ssh/connection.ts";
import { freePort, startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { SshDesk, type Attempt } from "../support/ssh-attempt.ts";

test("a hop that refuses the connection is named", async () => {
  using desk = await SshDesk.open();
  const edge = { name: "edge", host: "127.0.0.1", port: await freePort(), sshOptions: {} };
  const attempt = await desk.attempt({ connection: { port: 1, proxyJump: "edge" }, others: [edge] });
  expectFailure(attempt, "CONNECTION_REFUSED", "jump host edge", true);
});

test("a hop that denies the login is named, with its methods", async () => {
  await using way = await openWay();
  const edge = { ...connectionTo("edge", way.hop), keyPath: way.target.clientKey };
  const attempt = await way.desk.attempt({
    connection: { ...connectionTo("web", way.target), proxyJump: "edge" },
    others: [edge],
  });
  expectFailure(attempt, "AUTH_FAILED", "jump host edge", false);
  expect(attempt.failure?.error.details).toMatchObject({ methods_offered: ["publickey"] });
});

test("a target that denies the login behind a hop is the target's failure", async () => {
  await using way = await openWay();
  const web = { ...connectionTo("web", way.target), keyPath: way.hop.clientKey, proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [connectionTo("edge", way.hop)] });
  expectFailure(attempt, "AUTH_FAILED", "(web)", false);
});

test("a target that refuses the hop is told as the hop's report", async () => {
  await using way = await openWay();
  const web = { ...connectionTo("web", way.target), port: await freePort(), proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [connectionTo("edge", way.hop)] });
  expectFailure(attempt, "CONNECTION_REFUSED", "jump host edge says that web refuses", true);
});

test("a target whose name only this machine would know is HOST_NOT_FOUND on the hop", async () => {
  await using way = await openWay();
  const web = { ...connectionTo("web", way.target), host: "no-such-host.invalid", proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [connectionTo("edge", way.hop)] });
  expect(attempt.failure?.error.code).toBe("HOST_NOT_FOUND");
  expect(attempt.failure?.error.message).toStartWith("jump host edge says that web");
});

test("a hop that forbids forwarding is no matter for another try", async () => {
  await using way = await openWay(["AllowTcpForwarding no"]);
  const web = { ...connectionTo("web", way.target), proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [connectionTo("edge", way.hop)] });
  expectFailure(attempt, "HOST_UNREACHABLE", "forwarding is prohibited", false);
});

test("a hop that never answers is the one that timed out", async () => {
  await using way = await openWay();
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const edge = { name: "edge", host: "127.0.0.1", port: listener.port, sshOptions: {} };
  const web = { ...connectionTo("web", way.target), proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [edge], connectTimeoutSeconds: 1 });
  expectFailure(attempt, "CONNECTION_TIMEOUT", "jump host edge", true);
});

test("a target behind a hop that hangs up at once is no matter of a ProxyCommand", async () => {
  await using way = await openWay();
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {}, open: (socket) => void socket.end() },
  });
  const web = { ...connectionTo("web", way.target), port: listener.port, proxyJump: "edge" };
  const attempt = await way.desk.attempt({ connection: web, others: [connectionTo("edge", way.hop)] });
  expectFailure(attempt, "CONNECTION_REFUSED", "(web) closed the connection before its greeting", true);
});

function expectFailure({ failure }: Attempt, code: string, words: string, retryable: boolean): void {
  expect(failure).toMatchObject({ retryable, error: { code, message: expect.stringContaining(words) } });
}

function connectionTo(name: string, sshd: LoopbackSshd): SshConnection {
  return {
    name,
    host: "127.0.0.1",
    port: sshd.port,
    keyPath: sshd.clientKey,
    useAgent: false,
    sshOptions: { UserKnownHostsFile: sshd.knownHostsFile },
  };
}

type Way = AsyncDisposable & {
  readonly hop: LoopbackSshd;
  readonly target: LoopbackSshd;
  readonly desk: SshDesk;
};

async function openWay(hopConfig: readonly string[] = []): Promise<Way> {
  const [hop, target, desk] = await Promise.all([
    startLoopbackSshd({ config: hopConfig }),
    startLoopbackSshd(),
    SshDesk.open(),
  ]);
  return {
    hop,
    target,
    desk,
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]();
      await Promise.all([hop[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
    },
  };
}
