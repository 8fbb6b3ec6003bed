import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { sha256, ShellSession } from "../support/shell-session.ts";

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const numbered = (count: number, line: string) =>
  Array.from({ length: count }, (_, index) => `${line} ${index}`).join("\n");

const anyShell: readonly (readonly [string, string])[] = [
  ["quotes of all kinds", "a\"b'c`d$e"],
  ["exclamation marks", "hi! !! !$ a!b !1"],
  ["a ; at its end", "x;"],
  ["a leading -", "-n -e --"],
  ["emoji and accents", "😀 👨‍👩‍👧 é e\u0301 ✓ ❤️"],
  ["CJK", "漢字かな한글 中文 mixed"],
  ["trailing blanks", "a   "],
  ["900 bytes", "0123456789".repeat(90)],
];

const editors: readonly (readonly [string, string])[] = [
  ["several lines, blank ones among them", "one\ntwo\n\n\nthree \n  four"],
  ["60 kB in one line", "abcdefghij".repeat(6_000)],
  ["lines to the screen's height and beyond", numbered(120, "a line of some length")],
];

const readlineAndZle: readonly (readonly [string, string])[] = [
  ["tabs, at a line's start too", "a\tb\n\tc\n\t\td"],
  ["backslashes at line ends", "a\\\nb\\\n\\\\\nc"],
  ["60 kB in a thousand lines", numbered(1_000, "x".repeat(56))],
  ["36 kB of wide and accented letters", numbered(600, "漢字 😀 éééééééééééééééééééééééééé")],
];

const shells = [
  { shell: "/bin/bash", exact: [...anyShell, ...editors, ...readlineAndZle] },
  { shell: "/usr/bin/zsh", exact: [...anyShell, ...editors, ...readlineAndZle] },
  { shell: "/usr/bin/fish", exact: [...anyShell, ...editors] },
  { shell: "/bin/dash", exact: anyShell },
  { shell: "/usr/bin/busybox", exact: anyShell },
  { shell: "/usr/bin/mksh", exact: anyShell },
  { shell: "/usr/bin/ksh93", exact: anyShell },
].filter(({ shell }) => Bun.which(shell) !== null || shell === "/bin/bash");

for (const { shell, exact } of shells) {
  describe(shell, () => {
    let session: ShellSession;
    beforeAll(async () => {
      session = await openShell(shell);
    }, 30_000);
    afterAll(() => session[Symbol.asyncDispose]());

    test.each(exact)(
      "%s arrive byte for byte",
      async (_title, text) => {
        const { fields, isError, text: failure } = await session.run(`printf '%s' ${quote(text)} > ~/typed`);
        expect(isError ? failure : fields["ended_by"]).toBe("command_ended");
        expect(sha256(session.remoteFile("typed") ?? "")).toBe(sha256(text));
        expect((await session.run("echo next")).fields["output"]).toBe("next");
      },
      40_000,
    );
  });
}

describe("a here-document", () => {
  test.each(["/bin/bash", "/usr/bin/zsh"])(
    "of %s keeps tabs, blanks, empty lines and backslashes; CRLF input is LF",
    async (shell) => {
      await using session = await openShell(shell);
      const body = "\tTab first\n\t\ttwo\n\nempty above\nblanks behind   \nbackslash\\\nend;\n- dash\n";
      await session.run(`cat > ~/typed <<'END'\n${body}END`.replaceAll("\n", "\r\n"));
      expect(session.remoteFile("typed")).toBe(body);
    },
    30_000,
  );
});

describe("what a shell would not take whole", () => {
  test.each([
    ["/bin/dash", "echo a > ~/typed\necho b", "several lines"],
    ["/bin/dash", "printf 'a\tb' > ~/typed", "tab"],
    ["/bin/dash", `printf ${"x".repeat(1_000)} > ~/typed`, "bytes"],
    ["/bin/bash", "printf 'a\u001bb' > ~/typed", "U+001B"],
    ["/bin/bash", "printf 'a\u0003b' > ~/typed", "U+0003"],
    ["/usr/bin/fish", "printf 'a\tb' > ~/typed", "tab"],
  ])(
    "is refused by %s: %j",
    async (shell, command, reason) => {
      await using session = await openShell(shell);
      const before = session.log();
      const refused = await session.run(command);
      expect([refused.code, refused.text]).toEqual(["INVALID_ARGUMENT", expect.stringContaining(reason)]);
      expect(session.log()).toBe(before);
      expect((await session.run("echo next")).fields["output"]).toBe("next");
      expect(session.remoteFile("typed")).toBeUndefined();
    },
    30_000,
  );
});

function openShell(shell: string): Promise<ShellSession> {
  const isBusybox = shell.endsWith("busybox");
  return ShellSession.open({
    shell: isBusybox ? `${shell} ash` : shell,
    files: {
      ".zshrc": "PS1='%n@%m:%~%# '\n",
      ".bash_profile": "PS1='\\u@\\h:\\w\\$ '\n",
    },
  });
}
