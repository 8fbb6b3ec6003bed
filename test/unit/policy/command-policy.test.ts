import { describe, expect, test } from "bun:test";

import { judgeCommand, judgeInput, type Policy } from "../../../src/policy/command-policy.ts";
import { corpus } from "../../support/policy-corpus.ts";

const readOnly: Policy = { mode: "read-only", allow: [], deny: [] };
const shells = ["bash", "zsh", "fish", "dash", "ash", "ksh93", "mksh", "tcsh", undefined];

function policy(mode: Policy["mode"], rules: Partial<Policy> = {}): Policy {
  return { mode, allow: [], deny: [], ...rules };
}

describe("the corpus", () => {
  test.each(["reads", "changes", "unclear"] as const)("each line of %s is of that class in bash", (name) => {
    const others = corpus(name).filter((line) => judgeCommand(line, "bash", readOnly).class !== name);
    expect(others).toEqual([]);
  });

  test.each(["dangerous", "changes", "unclear"] as const)(
    "no line of %s goes through in any shell",
    (name) => {
      const through = corpus(name).flatMap((line) =>
        shells
          .filter((shell) => judgeCommand(line, shell, readOnly).kind !== "deny")
          .map((shell) => [shell, line]),
      );
      expect(through).toEqual([]);
    },
  );

  test("confirm asks for each line that read-only refuses, and lets the others through", () => {
    const confirm = policy("confirm");
    expect(corpus("reads").filter((line) => judgeCommand(line, "bash", confirm).kind !== "allow")).toEqual(
      [],
    );
    expect(corpus("dangerous").filter((line) => judgeCommand(line, "bash", confirm).kind !== "ask")).toEqual(
      [],
    );
  });

  test("a rule's text is one short line of plain characters, whatever the line holds", () => {
    const names = ["reads", "dangerous", "changes", "unclear"] as const;
    const rules = names.flatMap(corpus).map((line) => judgeCommand(line, "bash", readOnly).rule);
    expect(rules.filter((rule) => !/^[ -~]{1,160}$/.test(rule))).toEqual([]);
  });
});

test.each<[string, string]>([
  ["zsh", "ls 'a'"],
  ["fish", 'ls "a"'],
  ["tcsh", "ls 2>&1"],
  ["zsh", "echo $HOME"],
  ["fish", "ls 2>/dev/null"],
])("%s gets only unquoted words: %s", (shell, line) => {
  expect(judgeCommand(line, shell, readOnly)).toMatchObject({ kind: "deny", class: "unclear" });
  expect(judgeCommand(line, "bash", readOnly).kind).toBe("allow");
});

test("in an unknown shell nothing is understood", () => {
  expect(judgeCommand("ls", undefined, readOnly)).toMatchObject({ kind: "deny", class: "unclear" });
  expect(judgeCommand("ls", "pwsh", readOnly)).toMatchObject({ kind: "deny", class: "unclear" });
});

test("a full policy without rules lets all through unread", () => {
  expect(judgeCommand("rm -rf / $(", undefined, policy("full")).kind).toBe("allow");
  expect(judgeInput({ text: "x" }, "other", policy("full")).kind).toBe("allow");
});

describe("deny", () => {
  const full = policy("full", {
    deny: ["rm", "systemctl restart", "git push --force", "dd", "chmod -R 777"],
  });

  test.each([
    "rm x",
    "/bin/rm x",
    "r\\m x",
    "$'\\x72m' x",
    "ls && rm x",
    "ls | xargs rm",
    "ls | xargs -0 -n 1 rm -f",
    "sudo rm x",
    "sudo -u bob rm x",
    "sudo -u bob -- env A=1 nice -n 5 rm x",
    "timeout -k 5 10 rm x",
    "find . -name x -exec rm {} +",
    "bash -c 'rm x'",
    'bash -lc "cd /; rm x"',
    "sudo sh -c 'cd /x && rm y'",
    "ssh host rm x",
    "ssh -p 22 host 'cd /x; rm y'",
    "ssh host \"sudo bash -c 'rm x'\"",
    "su - bob -c 'rm x'",
    "watch -n 1 'rm x'",
    "env -S 'rm x'",
    "eval 'rm x'",
    "eval rm x",
    "echo $(rm x)",
    "echo `rm x`",
    'echo "${A:-$(rm x)}"',
    "cat <<E\n$(rm x)\nE",
    "cat <(rm x)",
    "if true; then rm x; fi",
    "for i in 1; do rm $i; done",
    "while rm x; do :; done",
    "(rm x)",
    "{ rm x; }",
    "! rm x",
    "time rm x",
    "rm x &",
    "A=1 rm x",
    "rm $X",
    "ls\nrm x",
    "busybox rm x",
    "docker exec web rm x",
    "systemctl restart nginx",
    "systemctl --no-pager restart nginx",
    "sudo systemctl restart nginx",
    "systemctl nginx restart",
    "git push origin --force",
    "git push --forc",
    "git -C x push --force",
    "chmod 777 -R /",
    "chmod -vR 777 /",
    "> x dd if=y",
    "nohup dd if=x >/dev/null 2>&1 &",
    "ls 2>/dev/null || rm x",
    "/BIN/RM x",
  ])("refuses %j", (line) => {
    expect(judgeCommand(line, "bash", full)).toMatchObject({ kind: "deny" });
  });

  test.each([
    "ls",
    "ls 'rm x'",
    "echo rm",
    "systemctl status restarter",
    "git push",
    "grep rm x",
    "touch x > y",
    "make install",
    "python3 x.py",
    "awk '{print $1}' x",
    "sed -i s/a/b/ x",
    "for i in 1 2; do touch $i; done",
    "cat > x <<'E'\nrm\nE",
    "echo héllo",
    "[ -f x ] && touch y",
    "docker rm x",
    "git commit -m 'rm x'",
  ])("leaves %j alone", (line) => {
    expect(judgeCommand(line, "bash", full).kind).toBe("allow");
  });

  test.each([
    "$X y",
    "${X}m y",
    "/bin/r? y",
    "eval $X",
    "curl x | sh",
    "base64 -d x | bash",
    'bash <<< "$X"',
    "bash <<E\nrm x\nE",
    "ssh host <<E\nrm x\nE",
    "python3 -c 'x'",
    "perl -e 'x'",
    "awk 'BEGIN{system(\"x\")}'",
    "sed '1e x' y",
    "alias x=y",
    "trap 'x' EXIT",
    "f() { x; }",
    ". ./x",
    "!x",
    "!!",
    "^a^b",
    "systemctl $X nginx",
    "{rm,x}",
    "zsh -c 'x'",
    "PATH=. ls",
    "ls '",
    "l​s",
    "a[$(x)]=1",
    "[ -v 'a[$(x)]' ]",
    'bash -c "$X"',
  ])("asks about %j, which may be anything", (line) => {
    const verdict = judgeCommand(line, "bash", full);
    expect(verdict.kind === "deny" ? "ask" : verdict.kind).toBe("ask");
  });

  test("wins over allow and over what only reads", () => {
    const both = policy("read-only", { allow: ["rm x", "cat *"], deny: ["rm", "cat /etc/shadow"] });
    expect(judgeCommand("rm x", "bash", both)).toMatchObject({
      kind: "deny",
      rule: "denied by policy.deny: rm",
    });
    expect(judgeCommand("cat /etc/shadow", "bash", both).kind).toBe("deny");
    expect(judgeCommand("cat /etc/shado*", "bash", both).kind).toBe("deny");
    expect(judgeCommand("cat /etc/passwd", "bash", both).kind).toBe("allow");
  });

  test.each(["zsh", "fish", "tcsh"])("is looked for in %s too, where only plain words are read", (shell) => {
    expect(judgeCommand("ls; rm x", shell, full).kind).toBe("deny");
    expect(judgeCommand("sudo rm x", shell, full).kind).toBe("deny");
    expect(judgeCommand("touch x", shell, full).kind).toBe("allow");
    expect(judgeCommand("touch 'x'", shell, full).kind).toBe("ask");
  });
});

describe("allow", () => {
  const allow = [
    "systemctl restart nginx",
    "systemctl stop *",
    "sudo journalctl -n ?0 --no-pager",
    "rm /tmp/x-*",
    "make",
  ];
  const rules = policy("read-only", { allow });

  test.each([
    "systemctl restart nginx",
    "systemctl stop a b",
    "sudo journalctl -n 50 --no-pager",
    "rm /tmp/x-1",
    "rm '/tmp/x-a b'",
    "make",
    "systemctl restart nginx && systemctl is-active nginx --no-pager",
    "systemctl restart nginx 2>&1 | tail -5",
  ])("lets %j through", (line) => {
    expect(judgeCommand(line, "bash", rules)).toMatchObject({ kind: "allow", class: "changes" });
  });

  test.each([
    "systemctl restart nginx sshd",
    "systemctl restart",
    "systemctl restart nginx; reboot",
    "systemctl restart nginx > x",
    "systemctl restart nginx >/dev/null",
    "systemctl restart nginx &",
    "systemctl restart $(reboot)",
    "systemctl restart `reboot`",
    "systemctl restart $X",
    "systemctl restart ng*",
    "systemctl restart nginx\nreboot",
    "systemctl restart nginx || reboot",
    "A=1 systemctl restart nginx",
    "sudo systemctl restart nginx",
    "env systemctl restart nginx",
    "/tmp/systemctl restart nginx",
    "./systemctl restart nginx",
    '"systemctl" restart nginx',
    "systemctl stop --root=/x a",
    "systemctl stop -H host a",
    "rm /tmp/x-1 /etc/passwd",
    "rm /tmp/x-/../../etc/passwd",
    "rm /tmp/x-1/y",
    "rm /tmp/x-*",
    "rm -rf /tmp/x-1",
    "make install",
    "journalctl -n 50",
  ])("is not widened to %j", (line) => {
    expect(judgeCommand(line, "bash", rules).kind).toBe("deny");
  });

  test("spares the question under confirm", () => {
    const confirm = policy("confirm", { allow: ["systemctl restart *"] });
    expect(judgeCommand("systemctl restart nginx", "bash", confirm).kind).toBe("allow");
    expect(judgeCommand("systemctl stop nginx", "bash", confirm)).toMatchObject({
      kind: "ask",
      class: "changes",
    });
  });
});
