import { expect, test } from "bun:test";

import { momentNow } from "../../../src/platform/moment.ts";
import { createApproval, type AskedFor } from "../../../src/policy/approval.ts";
import { renderApproval } from "../../../src/policy/render-approval.ts";

const asks = {
  programs: ["psql (user id 1000): psql -h db1", "tee (user id 1000): tee 'a\nb'"],
  prompt: "Pass\u202eword \u001b[8m",
  isTold: true,
  command: "psql -h db1 |\n tee 'a\nb'",
};

function shown(changes: Partial<AskedFor>): string {
  const asked: AskedFor = {
    what: "secret",
    text: "db",
    rule: "the rule",
    session: "s",
    connection: "web",
    address: "u@web port 22",
    client: "test 1",
    binding: "here",
    asks,
  };
  return renderApproval(createApproval({ ...asked, ...changes }, momentNow(), 300_000));
}

test("of a secret are shown its name, what asks for it and how, escaped and as the host's words, and what began it", () => {
  const text = shown({});
  for (const part of [
    "test 1 would give this secret to what asks there:\n\n| db\n",
    "What asks for it, unseen (program, arguments and prompt as reported by the host):\n\n",
    "| psql (user id 1000): psql -h db1\n| tee (user id 1000): tee 'a\\u{a}b'\n",
    "| prompt: Pass\\u{202e}word \\u{1b}[8m\n",
    "It was begun by what was typed at the shell:\n\n| psql -h db1 |\n|  tee 'a\n| b'\n",
  ])
    expect(text).toContain(part);
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
});

test("where the host does not tell what asks that is said first", () => {
  const text = shown({ asks: { ...asks, programs: [], isTold: false, command: "" } });
  expect(text).toContain(
    "The host tells neither what asks for it nor whether what is typed there is hidden.",
  );
  expect(text).toContain("\n| no program is told\n| prompt: ");
  expect(text).not.toContain("begun");
});
