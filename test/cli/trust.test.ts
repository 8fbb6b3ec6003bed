import { expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { binary } from "../binary/binary.ts";
import { runBinary } from "../binary/run-binary.ts";
import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome } from "../support/mcp-server.ts";
import { TerminalRun } from "../support/terminal-run.ts";

setDefaultTimeout(60_000);

test("trust shows the fingerprint, adds the key after the code is typed back, and the connection opens", async () => {
  await using place = await openPlace();
  const { home, sshd } = place;
  await using server = await home.start();
  const refused = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(refused.code).toBe("HOST_KEY_UNKNOWN");
  expect(refused.text).toContain(sshd.hostKey.fingerprint);
  expect(refused.fields["error"]).toMatchObject({
    details: { command_for_user: "mcp-ssh-interactive trust lo" },
  });
  await server[Symbol.asyncDispose]();
  await using run = place.run("trust", "lo");
  await run.shows(/\+--\[ED25519 256\]/);
  expect(run.output).toContain(`ssh-ed25519 ${sshd.hostKey.fingerprint}`);
  expect(existsSync(place.knownHosts)).toBe(false);
  await run.consent();
  expect(await run.ended()).toBe(0);
  expect(readFileSync(place.knownHosts, "utf8")).toBe(lineOf(sshd));
  expect(statSync(place.knownHosts).mode & 0o777).toBe(0o600);
  const noted = JSON.parse(
    (await runBinary(["history", "--kind", "open,trust", "--json"], { env: home.env })).stdout,
  );
  expect(noted.entries).toMatchObject([
    { kind: "open", session_name: "s", connection: "lo", failed: "HOST_KEY_UNKNOWN" },
    { kind: "trust", connection: "lo", host_key: `ssh-ed25519 ${sshd.hostKey.fingerprint}` },
  ]);
  expect(noted.entries).toHaveLength(2);
  await using second = await home.start();
  const opened = await second.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.code).toBeUndefined();
  expect(sshd.log()).not.toContain("Accepted none");
  expect(readdirSync(join(home.root, "mux")).filter((name) => name.startsWith("trust"))).toEqual([]);
});

test("a wrong code, an empty line, Ctrl+D and Ctrl+C change nothing", async () => {
  await using place = await openPlace();
  for (const [typed, code] of [
    ["12345\n", 1],
    ["\n", 1],
    ["\u0004", 1],
    ["\u0003", 130],
  ] as const) {
    await using run = place.run("trust", "lo");
    await run.shows(/and Enter[^:]*: $/);
    run.type(typed);
    expect(await run.ended()).toBe(code);
    expect(existsSync(place.knownHosts)).toBe(false);
  }
});

test("a changed key takes the place of the old one alone, the file keeps its mode, its link and a copy", async () => {
  await using place = await openPlace();
  const { sshd } = place;
  const before = sshd.hostKey;
  const name = `[127.0.0.1]:${sshd.port}`;
  const [type, key] = before.publicLine.split(" ");
  const others = `# caf\u00e9\nother.example ${type} ${key}\n@revoked ${name} ssh-rsa ${rsaKey}\n`;
  const file = join(place.home.tempHome.home, "real");
  const text = Buffer.from(`${others}web,${name} ${type} ${key} a comment\n`, "latin1");
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  symlinkSync(file, place.knownHosts);
  await sshd.rotateHostKey();
  await using run = place.run("trust", "lo");
  await run.shows(/WARNING/);
  expect(run.output).toContain(before.fingerprint);
  expect(run.output).toContain(sshd.hostKey.fingerprint);
  await run.consent();
  expect(await run.ended()).toBe(0);
  expect(readFileSync(file, "latin1")).toBe(`${others}web ${type} ${key} a comment\n${lineOf(sshd)}`);
  expect(readFileSync(`${file}.old`)).toEqual(text);
  expect(statSync(file).mode & 0o777).toBe(0o644);
});

test("with HashKnownHosts the name is hashed, and a changed key is found by the hash", async () => {
  await using place = await openPlace();
  const { sshd, home } = place;
  home.tempHome.write(".ssh/config", "Host *\n  HashKnownHosts yes\n");
  writeFileSync(place.knownHosts, lineOf(sshd).trimEnd());
  Bun.spawnSync(["ssh-keygen", "-H", "-f", place.knownHosts]);
  await sshd.rotateHostKey();
  await using run = place.run("trust", "lo");
  await run.consent();
  expect(await run.ended()).toBe(0);
  const text = readFileSync(place.knownHosts, "utf8");
  expect(text).toMatch(/^\|1\|\S+ ssh-ed25519 \S+\n$/);
  expect(text).toContain(sshd.hostKey.publicLine.split(" ")[1] ?? "");
});

test("a key that a pattern names is left to its owner, and said to be", async () => {
  await using place = await openPlace();
  const { sshd } = place;
  const pattern = lineOf(sshd).replace("127.0.0.1", "127.0.0.*");
  writeFileSync(place.knownHosts, pattern);
  await sshd.rotateHostKey();
  await using run = place.run("trust", "lo");
  await run.consent();
  expect(await run.ended()).toBe(0);
  expect(readFileSync(place.knownHosts, "utf8")).toBe(pattern + lineOf(sshd));
  expect(run.output).toContain("still hold the old key");
});

test("the jump host before the target is trusted first, each with a code of its own", async () => {
  await using place = await openPlace();
  await using hop = await startLoopbackSshd();
  const hosts = `ssh_options: {UserKnownHostsFile: ${place.knownHosts}}`;
  place.home.writeConnections(
    McpHome.connection("bastion", hop, [hosts]),
    McpHome.connection("lo", place.sshd, [hosts, "proxy_jump: bastion"]),
  );
  await using run = place.run("trust", "lo");
  await run.shows(/jump host bastion, .*offers a key that is not known/);
  await run.consent();
  await run.shows(/\nlo, .*offers a key that is not known/);
  await run.consent();
  expect(await run.ended()).toBe(0);
  expect(readFileSync(place.knownHosts, "utf8")).toBe(lineOf(hop) + lineOf(place.sshd));
  await using again = place.run("trust", "lo");
  expect(await again.ended()).toBe(0);
  expect(again.output).toContain("The key of lo is trusted");
});

test("a revoked key and one other than the pinned cannot be trusted", async () => {
  await using place = await openPlace();
  writeFileSync(place.knownHosts, `@revoked ${lineOf(place.sshd)}`);
  await using revoked = place.run("trust", "lo");
  expect(await revoked.ended()).toBe(1);
  expect(revoked.output).toContain("marked as revoked");
  place.home.writeConnections(place.connection([`host_key: SHA256:${"A".repeat(43)}`]));
  await using pinned = place.run("trust", "lo");
  expect(await pinned.ended()).toBe(1);
  expect(pinned.output).toContain("not the one that host_key pins");
});

test("--json tells the facts without a terminal and changes nothing", async () => {
  await using place = await openPlace();
  const { sshd, home } = place;
  const { exitCode, stdout } = await runBinary(["trust", "lo", "--json"], { env: home.env });
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
    exitCode: 1,
    connection: "lo",
    trusted: false,
    hosts: [
      {
        status: "unknown",
        offered: { type: "ssh-ed25519", fingerprint: sshd.hostKey.fingerprint },
        known_hosts_name: `[127.0.0.1]:${sshd.port}`,
        known_hosts_file: place.knownHosts,
      },
    ],
  });
  expect(existsSync(place.knownHosts)).toBe(false);
});

test("without a terminal trust says how a human runs it", async () => {
  await using place = await openPlace();
  const setsid = Bun.spawnSync(["setsid", "-w", binary, "trust", "lo"], { env: place.home.env });
  expect(setsid.exitCode).toBe(1);
  expect(setsid.stderr.toString()).toContain("Open a terminal and run there: mcp-ssh-interactive trust lo");
});

test("a host that is down, an unknown name and no name are told apart", async () => {
  await using place = await openPlace();
  await place.sshd.stop();
  await using down = place.run("trust", "lo");
  expect(await down.ended()).toBe(1);
  expect(down.output).toContain("refused the connection");
  expect(await runBinary(["trust", "nobody"], { env: place.home.env })).toMatchObject({ exitCode: 3 });
  expect(await runBinary(["trust"], { env: place.home.env })).toMatchObject({ exitCode: 2 });
});

type Place = AsyncDisposable & {
  readonly home: McpHome;
  readonly sshd: LoopbackSshd;
  /** Missing at first. */
  readonly knownHosts: string;
  connection(more?: readonly string[]): string;
  run(...args: string[]): TerminalRun;
};

async function openPlace(): Promise<Place> {
  const sshd = await startLoopbackSshd();
  const home = new McpHome();
  home.tempHome.write(".ssh/config", "HashKnownHosts no\n");
  const knownHosts = join(home.tempHome.home, "known_hosts");
  const connection = (more: readonly string[] = []) =>
    McpHome.connection("lo", sshd, [`ssh_options: {UserKnownHostsFile: ${knownHosts}}`, ...more]);
  home.writeConnections(connection());
  return {
    home,
    sshd,
    knownHosts,
    connection,
    run: (...args) => new TerminalRun(args, home.env),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
    },
  };
}

function lineOf(sshd: LoopbackSshd): string {
  const [type, key] = sshd.hostKey.publicLine.split(" ");
  return `[127.0.0.1]:${sshd.port} ${type} ${key}\n`;
}

const rsaKey =
  "AAAAB3NzaC1yc2EAAAADAQABAAABAQDIQeBf5F/ZtKi5bVk4F6YTumFyo6P0QzcZXmSC+vlTUOdq0mhiV37VvSoNSwe+ay6fzIekrgwnQyPWkjpoYIHsdLkeGhi+jEKwCpq2V7KI5av52XhMpyWw5jrEkwrfDWxnZcq1rkLrIkDp0brh7qgGJpES5G8rOe32pfNofcANDq8RzhqySrgwY34LofOBNGfEYniH+NY/e2aAUSzd+ljsqui4v6JrR4gXnr2JEP6J58a3mNFRw29zjlGdl24oAao8GEU6cmsQLUyom+4n1a1eIoZVODumPNqs9ExSvauVreqDqPGcGG84R4pLpAwKdzd4hE20qH17b99gFD6MJLgt";
