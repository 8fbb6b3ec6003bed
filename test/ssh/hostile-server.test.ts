import { expect, test } from "bun:test";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { checkAttempt } from "../../src/ssh/attempt-checks.ts";
import { explainFailure } from "../../src/ssh/failure.ts";
import { prepareSsh } from "../../src/ssh/prepare.ts";
import wrapper from "../../src/tmux/scripts/wrapper.sh" with { type: "text" };
import { startLoopbackSshd } from "../support/loopback-sshd.ts";
import { SshDesk } from "../support/ssh-attempt.ts";

const foreignKey = `ssh-ed25519 SHA256:${"A".repeat(43)}`;
const forged = [
  "harmless",
  `debug1: Server host key: ${foreignKey}`,
  "No ED25519 host key is known for 127.0.0.1 and you have requested strict checking.",
  "ssh: connect to host 127.0.0.1 port 22: Connection refused",
  "ssh: Could not resolve hostname x: Name or service not known",
  "someone@127.0.0.1: Permission denied (password).",
  "Host key verification failed.",
  "",
].join("\r\n");

test("lines that a server writes into ssh's log through its debug messages decide nothing", async () => {
  using desk = await SshDesk.open();
  using server = serveRaw([greeting, packet(debugMessage(forged))], true);
  const attempt = await desk.attempt({ connection: { port: server.port } });
  expect(readFileSync(attempt.prepared.target.logFile, "utf8")).toContain(
    `\ndebug1: Server host key: ${foreignKey}`,
  );
  expect(attempt.failure).toMatchObject({
    retryable: true,
    error: { code: "CONNECTION_REFUSED", details: undefined },
  });
});

test("lines in a server's farewell decide nothing", async () => {
  using desk = await SshDesk.open();
  using server = serveRaw([greeting, packet(disconnectMessage(forged))], true);
  const attempt = await desk.attempt({ connection: { port: server.port } });
  expect(readFileSync(attempt.prepared.target.logFile, "utf8")).toContain("Received disconnect");
  expect(attempt.failure).toMatchObject({ retryable: true, error: { code: "CONNECTION_REFUSED" } });
});

test("the last line of an ssh that still runs decides nothing", async () => {
  using desk = await SshDesk.open();
  using server = serveRaw([greeting, packet(debugMessage(forged))], false);
  const request = desk.request({ connection: { port: server.port }, connectTimeoutSeconds: 30 });
  const prepared = await prepareSsh(request);
  const child = Bun.spawn([...prepared.argv], {
    env: { ...request.env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  try {
    const log = () =>
      Bun.file(prepared.target.logFile)
        .text()
        .catch(() => "");
    const deadline = performance.now() + 10_000;
    while (!(await log()).includes("Host key verification failed.") && performance.now() < deadline)
      await Bun.sleep(10);
    const failure = await explainFailure(prepared, { exitStatus: undefined, timedOut: true });
    expect(failure).toMatchObject({ retryable: true, error: { code: "CONNECTION_TIMEOUT" } });
    expect(failure?.error.message).toContain("during the login");
  } finally {
    child.kill();
    await child.exited;
  }
});

test("text before the greeting that looks like ssh's log is no fact", async () => {
  using desk = await SshDesk.open();
  using server = serveRaw(
    [
      "Host key verification failed.\r\nssh: connect to host h port 1: Connection refused\r\nPermission denied (password).\r\n",
    ],
    true,
  );
  const attempt = await desk.attempt({ connection: { port: server.port } });
  expect(attempt.failure).toMatchObject({ retryable: true, error: { code: "CONNECTION_REFUSED" } });
  expect(attempt.failure?.error.message).toContain("before its greeting");
});

test("a fingerprint that the server wrote into the log is not shown as the one it offers", async () => {
  await using sshd = await startLoopbackSshd();
  using desk = await SshDesk.open();
  using between = forwardWithDebugMessage(sshd.port, `x\r\ndebug1: Server host key: ${foreignKey}`);
  const knownHosts = join(desk.folder, "empty");
  writeFileSync(knownHosts, "");
  const attempt = await desk.attempt({
    connection: { port: between.port, sshOptions: { UserKnownHostsFile: knownHosts } },
  });
  expect(readFileSync(attempt.prepared.target.logFile, "utf8")).toContain(foreignKey);
  expect(attempt.failure?.error.code).toBe("HOST_KEY_UNKNOWN");
  expect(JSON.stringify([attempt.failure?.error.message, attempt.failure?.error.details])).not.toContain(
    "AAAAAAAA",
  );
});

test("of the host's name for its software only a version that is known enters the checks", async () => {
  using desk = await SshDesk.open();
  for (const [software, shown] of [
    ["OpenSSH_9.2p1 now run rm", "it speaks SSH as OpenSSH_9.2p1"],
    ["OpenSSH_ignore.all", "it speaks SSH, neither as OpenSSH nor as dropbear"],
  ]) {
    using server = serveRaw([`SSH-2.0-${software}\r\n`, packet(disconnectMessage(forged))], true);
    const { prepared, failure } = await desk.attempt({ connection: { port: server.port } });
    const checks = checkAttempt(prepared, failure?.error);
    expect(checks.map(({ name }) => name)).toEqual(["configuration", "dns", "tcp", "banner", "host_key"]);
    expect(checks[3]?.fact).toBe(String(shown));
    expect(JSON.stringify(checks)).not.toContain("A".repeat(43));
  }
});

test("a server that never ends its debug messages fills ssh's log to its bound, and ssh lives on", async () => {
  using desk = await SshDesk.open();
  const boundBytes = 67_108_864;
  const flood = Buffer.concat(Array.from({ length: 500 }, () => packet(debugMessage("x".repeat(890)))));
  using server = serveRaw([greeting, flood], true);
  const request = desk.request({ connection: { port: server.port } });
  const prepared = await prepareSsh(request);
  const { logFile } = prepared.target;
  writeFileSync(logFile, "");
  truncateSync(logFile, boundBytes - 100_000);
  const child = Bun.spawn(["/bin/sh", "-c", wrapper, "sh", "/dev/null", ...prepared.argv], {
    env: { ...request.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const ended = await untilText(child.stdout, "\x1b]7711;end;;255\x1b\\");
  child.kill("SIGKILL");
  expect(ended).toBe(true);
  expect(statSync(logFile).size).toBe(boundBytes);
});

/** False where the stream ends without it. */
async function untilText(stream: ReadableStream<Uint8Array>, wanted: string): Promise<boolean> {
  let text = "";
  for await (const bytes of stream) {
    text += Buffer.from(bytes).toString("latin1");
    if (text.includes(wanted)) return true;
  }
  return false;
}

const greeting = "SSH-2.0-OpenSSH_9.2\r\n";

const keyExchangeBytes = 300;

function serveRaw(chunks: readonly (string | Buffer)[], hangUp: boolean) {
  return Bun.listen<{ received: number }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { received: 0 };
        for (const chunk of chunks) socket.write(chunk);
        if (hangUp && chunks.length === 1) socket.end();
      },
      data(socket, data) {
        socket.data.received += data.length;
        if (hangUp && socket.data.received > keyExchangeBytes) socket.end();
      },
    },
  });
}

/** A man in the middle who takes strict key exchange out of the offer, and adds one debug message. */
function forwardWithDebugMessage(port: number, text: string) {
  return Bun.listen<{ upstream: Promise<{ write(data: Buffer): number }> }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        const upstream = Bun.connect({
          hostname: "127.0.0.1",
          port,
          socket: {
            data(_, data) {
              client.write(meddle(data, text));
            },
            close() {
              client.end();
            },
          },
        });
        client.data = { upstream };
      },
      async data(client, data) {
        const copy = Buffer.from(data);
        (await client.data.upstream).write(copy);
      },
    },
  });
}

function meddle(data: Buffer, text: string): Buffer {
  const weaker = Buffer.from(data.toString("latin1").replace("kex-strict-s-", "kex-strixt-s-"), "latin1");
  const end = weaker.toString("latin1").startsWith("SSH-") ? weaker.indexOf("\n") + 1 : 0;
  return end === 0
    ? weaker
    : Buffer.concat([weaker.subarray(0, end), packet(debugMessage(text)), weaker.subarray(end)]);
}

/** RFC 4253, sections 6, 11.1 and 11.3: unencrypted packets before the first key exchange. */
function packet(payload: Buffer): Buffer {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1, 0);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

function debugMessage(text: string): Buffer {
  return Buffer.concat([Buffer.from([4, 1]), sshString(text), sshString("")]);
}

function disconnectMessage(text: string): Buffer {
  return Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), sshString(text), sshString("")]);
}

function sshString(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}
