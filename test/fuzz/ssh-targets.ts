import * as fc from "fast-check";

import { parseReading } from "../../src/sessions/terminal-reading.ts";
import { parseFoundKeys } from "../../src/ssh/known-hosts.ts";
import { parseSshLog } from "../../src/ssh/log.ts";
import { recogniseQuestion } from "../../src/ssh/question.ts";
import { parseResolved } from "../../src/ssh/resolve.ts";
import { parseReply, parseVersion } from "../../src/ssh/sftp/reply.ts";
import { PacketSplitter, renderPacket, type Field } from "../../src/ssh/sftp/wire.ts";
import { damaged, inPieces } from "./soup.ts";
import { holds, same, target, type Target } from "./target.ts";

const key = `SHA256:${"k".repeat(43)}`;
const logs = [
  `debug1: Connecting to h [192.0.2.1] port 22.\ndebug1: Local version string SSH-2.0-OpenSSH_9.2\ndebug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1\ndebug1: Server host key: ssh-ed25519 ${key}\ndebug1: Authentications that can continue: publickey,password\ndebug1: Offering public key: /k ED25519 ${key}\nu@h: Permission denied (publickey,password).\n`,
  `debug1: connect to address 2001:db8::1 port 22: Network is unreachable\nssh: connect to host h port 22: Connection refused\n`,
  `debug1: Connecting to h [192.0.2.1] port 22.\nNo ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.\nReceived disconnect from 192.0.2.1 port 22:2: bye\n`,
];
const logPieces = [
  "\n",
  "\r\n",
  "debug1: ",
  'Authenticated to h ([192.0.2.1]:22) using "publickey".\n',
  key,
  "x".repeat(3_000),
  "\0",
  "\ufffd",
  "debug1: Next authentication method: password\n",
];
const resolved = [
  "host h\nuser u\nhostname h.example\nport 22\nidentityfile ~/.ssh/id\nproxyjump none\nuserknownhostsfile ~/.ssh/known_hosts\n",
];
const found = [
  `# Host h found: line 3\nh ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}\n@revoked h ssh-rsa AAAA\n`,
];
const readings = ["T m 1 1 1\nT p S wait_woken tty bash 12 bare\nT p R - none cat 13 more\nT e\n"];

const asker = { user: "u", host: "h", keyPaths: ["/keys/id", "/k"], version: { major: 9, minor: 2 } };
const prompts = [
  "u@h's password: ",
  "(u@h) Password: ",
  "Enter passphrase for key '/k': ",
  "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
];
const known = new Set([
  "u@h's password: ",
  "(u@h) Password: ",
  "(u@h) Password:",
  "(u@h) password: ",
  "Enter passphrase for key '/k': ",
  "Enter passphrase for key '/keys/id': ",
]);

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.nat(0xffffffff),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.string({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }),
);
const packet = fc.tuple(
  fc.constantFrom(2, 101, 102, 103, 104, 105, 201, 0, 255),
  fc.array(field, { maxLength: 5 }),
);
const packets = fc
  .tuple(fc.array(packet, { maxLength: 4 }), fc.nat(400), fc.option(fc.nat(255)))
  .map(([list, at, value]) => {
    const bytes = Buffer.concat(list.map(([type, fields]) => renderPacket(type, fields)));
    if (value !== null && bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });

/** What ssh, its server and the host's own programs say. */
export const sshTargets: readonly Target[] = [
  target("ssh's log", 20, damaged(logs, logPieces), (text) => {
    holds("facts are small", JSON.stringify(parseSshLog(text)).length < 20_000);
  }),
  target("ssh's log, long", 2, fc.tuple(damaged(logs, logPieces), fc.nat(60)), ([text, times]) => {
    parseSshLog(text.repeat(times));
  }),
  target(
    "questions of ssh",
    40,
    damaged(prompts, ["'", ": ", "\n", "u@h", "\u200b", "(", "P", " "]),
    (prompt) => {
      same(
        "a question is taken word for word",
        recogniseQuestion(prompt, asker) !== undefined,
        known.has(prompt),
      );
    },
  ),
  target("ssh -G", 20, damaged(resolved, ["\n", "proxyjump ", "=", '"', "\0"]), (text) => {
    parseResolved(text);
  }),
  target("ssh-keygen -F", 20, damaged(found, ["\n", "# Host", "@revoked ", "AAAA", " ", "\0"]), (text) => {
    parseFoundKeys(text, "/k");
  }),
  target(
    "the host's answer about its terminal",
    40,
    damaged(readings, ["T ", "\n", "m 0 0 0", "e", "p S ", "9".repeat(20)]),
    (text) => {
      const reading = parseReading(text, "T");
      holds(
        "its programs are plain words",
        (reading?.threads ?? []).every(({ program }) => /^[\w.+:@-]{1,64}$/.test(program)),
      );
    },
  ),
  target("sftp", 30, inPieces(packets), ({ whole, pieces }) => {
    const once = split([whole]);
    same("pieces", split(pieces), once);
    for (const each of once.packets) {
      parseReply(each);
      parseVersion(each);
    }
  }),
];

function split(pieces: readonly Buffer[]) {
  const splitter = new PacketSplitter();
  const all = pieces.flatMap((piece) => splitter.push(piece).map((each) => Buffer.from(each)));
  return { packets: all, isBroken: splitter.isBroken };
}
