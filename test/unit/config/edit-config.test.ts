import { expect, test } from "bun:test";

import {
  addConnection,
  connectionNames,
  emptyConfig,
  removeConnection,
} from "../../../src/config/edit-config.ts";

const web = { host: "10.0.0.5", user: "deploy", port: 2222, password: { ask: true } };
const webLines = "  web:\n    host: 10.0.0.5\n    user: deploy\n    port: 2222\n    password: {ask: true}\n";

test.each([
  ["a file that is not there", "", `connections:\n${webLines}`],
  ["one of comments alone", "# mine\n", `# mine\nconnections:\n${webLines}`],
  ["an empty map", emptyConfig, emptyConfig.replace("connections: {}\n", `connections:\n${webLines}`)],
  [
    "an empty map before other keys",
    "connections: {} # none yet\nsettings: {wait_seconds: 3}\n",
    `connections: # none yet\n${webLines}settings: {wait_seconds: 3}\n`,
  ],
  [
    "entries with comments of all kinds",
    "# top\nconnections:\n  # the first\n  a: # odd\n    host: a   # three blanks\n    # inside\n\n  # after all\n# of settings\nsettings:\n  wait_seconds: 3\n",
    `# top\nconnections:\n  # the first\n  a: # odd\n    host: a   # three blanks\n    # inside\n\n  # after all\n${webLines}# of settings\nsettings:\n  wait_seconds: 3\n`,
  ],
  ["a last line without an end", "connections:\n  a: {host: a}", `connections:\n  a: {host: a}\n${webLines}`],
  [
    "four blanks of indentation",
    "connections:\n    a:\n        host: a\n",
    `connections:\n    a:\n        host: a\n${webLines.replace(/^ {2}/gm, "    ")}`,
  ],
  [
    "brackets",
    "connections: {a: {host: a}} # x\n",
    'connections: {a: {host: a}, "web": {"host":"10.0.0.5","user":"deploy","port":2222,"password":{"ask":true}}} # x\n',
  ],
  [
    "line ends of Windows",
    "connections:\r\n  a: {host: a}\r\n",
    `connections:\r\n  a: {host: a}\r\n${webLines.replaceAll("\n", "\r\n")}`,
  ],
])("a connection is added to %s, and nothing else changes", (_, text, expected) => {
  expect(addConnection(file(text), "web", web)).toBe(expected);
  expect(connectionNames(file(expected))).toContain("web");
});

test.each([
  [
    "of three",
    "connections:\n  a: {host: a}\n  # of web\n  web: # here\n    host: w\n    # inside\n    user: u # end\n\n  # of z\n  z: {host: z}\nsettings: {wait_seconds: 1}\n",
    "connections:\n  a: {host: a}\n  # of web\n\n  # of z\n  z: {host: z}\nsettings: {wait_seconds: 1}\n",
  ],
  ["the last one", "connections:\n  web:\n    host: w\n# end\n", "connections: {}\n# end\n"],
  ["in brackets", "connections: {a: {host: a}, web: {host: w}}\n", "connections: {a: {host: a}}\n"],
  ["first in brackets", "connections: {web: {host: w}, a: {host: a}}\n", "connections: {a: {host: a}}\n"],
])("a connection %s is removed, and comments beside it stay", (_, text, expected) => {
  expect(removeConnection(file(text), "web")).toBe(expected);
});

test("values that YAML would read as something else are quoted", () => {
  const text = addConnection(file(""), "on", { host: "web", user: "0123", key_path: "~/my: key # 1" });
  expect(text).toContain('"on":');
  expect(text).toContain('user: "0123"');
  expect(text).toContain('key_path: "~/my: key # 1"');
});

test("a name that is there is refused", () => {
  expect(() => addConnection(file("connections: {web: {host: a}}\n"), "web", web)).toThrow("already");
});

test("a change that would reach further than the connection is refused", () => {
  const anchored = "connections:\n  web: &base\n    host: w\n  b:\n    <<: *base\n    user: u\n";
  expect(() => removeConnection(file(anchored), "web")).toThrow("without changing more");
  const alias = "x-all: &all {a: {host: a}}\nconnections: *all\n";
  expect(() => addConnection(file(alias), "web", web)).toThrow("without changing more");
});

test("a file with faults is left to its owner", () => {
  expect(() => addConnection(file("connections: [\n"), "web", web)).toThrow("not YAML");
});

function file(text: string) {
  return { text, path: "/tree/config.yml", folders: { home: "/h", root: "/tree" } };
}
