import { expect, test } from "bun:test";

import { loadConfig } from "../../../src/config/load-config.ts";
import { SecretBook } from "../../../src/policy/secret-book.ts";
import { TempHome } from "../../support/temp-home.ts";

const { signal } = new AbortController();
const use = { connection: "web", key: "secrets.x", signal, session: "s" };

function bookOf(home: TempHome): SecretBook {
  const environments = { env: { FROM_ENV: "from-the-env" }, childEnv: { PATH: process.env["PATH"] ?? "" } };
  return new SecretBook(environments, () => loadConfig({ path: home.configFile, home: home.home }));
}

test("plain, env and file values are masked without being used, those of commands once they were, until the session closes", async () => {
  await using home = new TempHome();
  home.write("secret", "from-a-file\n");
  home.writeConfig(
    "connections:\n  web:\n    host: a\n    password: in-plain-text\n    passphrase: {env: FROM_ENV}\n    secrets: {x: {file: ~/secret}, y: {command: echo from-a-command}}\n",
  );
  const book = bookOf(home);
  const text = "in-plain-text from-the-env from-a-file from-a-command a-mark";
  expect((await book.mask([]))(text)).toBe("••• ••• ••• from-a-command a-mark");
  expect(await book.fetch({ kind: "command", from: "echo from-a-command" }, use)).toBe("from-a-command");
  expect((await book.mask(["a-mark"]))(text)).toBe("••• ••• ••• ••• •••");
  book.forget("s");
  expect((await book.mask([]))(text)).toContain("from-a-command");
});

test("a configuration that became unusable hides what it hid before", async () => {
  await using home = new TempHome();
  home.writeConfig("connections:\n  web: {host: a, password: in-plain-text}\n");
  const book = bookOf(home);
  await book.mask([]);
  home.writeConfig("connections: [\n");
  expect((await book.mask([]))("in-plain-text")).toBe("•••");
});

test("where the configuration was never read nobody knows what to hide, and there is no mask", async () => {
  await using home = new TempHome();
  home.writeConfig("connections: [\n");
  const book = bookOf(home);
  await expect(book.mask([])).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  home.writeConfig("connections:\n  web: {host: a, password: in-plain-text}\n");
  expect((await book.mask([]))("in-plain-text")).toBe("•••");
});

test("a password that is also the name of its connection or user leaves those names readable", async () => {
  await using home = new TempHome();
  home.writeConfig(
    "connections:\n  vagrant-1: {host: a, password: vagrant}\n  web: {host: b, user: raspberry, password: raspberry, passphrase: pass-for-web}\n",
  );
  const mask = await bookOf(home).mask([]);
  expect(mask("vagrant-1 raspberry@b:~raspberry pass-for-web")).toBe("vagrant-1 raspberry@b:~raspberry •••");
});

test("while the values are the same, so is the mask, though the configuration is looked at each time", async () => {
  await using home = new TempHome();
  home.writeConfig("connections:\n  web: {host: a, password: in-plain-text}\n");
  const book = bookOf(home);
  const numbers = ["a-number"];
  const mask = await book.mask(numbers);
  expect(await book.mask(numbers)).toBe(mask);
  expect(await book.mask(["a-number"])).not.toBe(mask);
  home.writeConfig("connections:\n  web: {host: a, password: in-other-text}\n");
  expect((await book.mask(numbers))("in-other-text a-number")).toBe("••• •••");
});
