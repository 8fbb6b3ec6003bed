import { expect, test } from "bun:test";

import * as fc from "fast-check";
import { forEachChild, parse, type SyntaxNode } from "unbash";

import {
  judgeCommand,
  judgeInput,
  type InputPlace,
  type Policy,
} from "../../../src/policy/command-policy.ts";
import { readPlainLine } from "../../../src/policy/plain-line.ts";
import { corpus } from "../../support/policy-corpus.ts";

const readOnly: Policy = { mode: "read-only", allow: [], deny: [] };
const guarded: Policy = { mode: "full", allow: ["make *"], deny: ["rm", "git push --force"] };
const shell = fc.constantFrom("bash", "zsh", "fish", "dash", "ash", "ksh93", "mksh", "tcsh", undefined);
const reading = fc.constantFrom(...corpus("reads"));
const dangerous = fc.constantFrom(...corpus("dangerous"));
const runs = { numRuns: 3_000 };

const piece = fc.constantFrom(
  ..."' \" ` $ ( ) { } [ ] < > | & ; ! # ~ ^ = * ? \\ \n \t \r % @ , . / - + : 0 a".split(" "),
  ..."ls cat find rm touch sort echo grep -delete -exec -o $( $(( ${ <( >( && || ;; <<E $X $HOME 2>&1 2>/dev/null >x 'a' \"b\" é".split(
    " ",
  ),
  " ",
  "  ",
  "\u00a0",
  "\u2028",
  "\u0000",
);

test("dangerous pieces are never taken for reading, however they are joined to what reads", () => {
  const operator = fc.constantFrom(
    "; ",
    ";",
    " && ",
    " || ",
    " | ",
    "|",
    "\n",
    " & ",
    " |& ",
    " ;\n",
    "\n\n",
  );
  const joined = fc.tuple(
    fc.array(reading, { maxLength: 3 }),
    dangerous,
    fc.array(reading, { maxLength: 3 }),
    operator,
  );
  fc.assert(
    fc.property(joined, shell, ([before, danger, after, by], shell) => {
      // A quote or a comment of one piece would swallow the next.
      fc.pre(!/['"#\\`\n]/.test([...before, ...after].join("")));
      expect(judgeCommand([...before, danger, ...after].join(by), shell, readOnly).kind).toBe("deny");
    }),
    runs,
  );
});

test("dangerous pieces are never taken for reading inside substitutions, groups, quotes and other commands", () => {
  const around = fc.constantFrom<[string, string]>(
    ["echo $(", ")"],
    ['echo "$(', ')"'],
    ["echo `", "`"],
    ["(", ")"],
    ["{ ", "; }"],
    ["if true; then ", "; fi"],
    ["cat <(", ")"],
    ["bash -c '", "'"],
    ["sudo ", ""],
    ["env ", ""],
    ["xargs ", ""],
    ["! ", ""],
    ["X=1 ", ""],
    ["ls > ", ""],
    ["ls >", ""],
    ["cat <<< ", ""],
    ["echo ${X:-", "}"],
    ["find . -exec ", " ;"],
    ["\\", ""],
    ["ls 2>/dev/null\n", ""],
  );
  fc.assert(
    fc.property(fc.array(around, { maxLength: 4 }), dangerous, shell, (layers, danger, shell) => {
      const line = layers.reduce((inner, [before, after]) => before + inner + after, danger);
      expect(judgeCommand(line, shell, readOnly).kind).toBe("deny");
    }),
    runs,
  );
});

/** What a line of the grammar may be made of, told by another reader than the one that let it through. */
const plainNodes = new Set(
  "Script Statement AndOr Pipeline Time Command Word Literal SingleQuoted DoubleQuoted SimpleExpansion Glob Redirect FileDescriptor".split(
    " ",
  ),
);

function assertPlain(line: string): void {
  const script = parse(line);
  expect(script.errors).toBeUndefined();
  const visit = (node: SyntaxNode): void => {
    if (!plainNodes.has(node.type)) throw new Error(`${node.type} in ${JSON.stringify(line)}`);
    if (node.type === "Redirect") {
      expect(["2>/dev/null", "2>&1"]).toContain(line.slice(node.pos, node.end));
    }
    if (node.type === "Statement") expect(node.background).toBeUndefined();
    if (node.type === "Pipeline") expect(node.operators).not.toContain("|&");
    if (node.type === "AndOr") expect(node.operators).not.toContain("||");
    forEachChild(node, visit);
  };
  visit(script);
}

test("what only reads is nothing but plain words for a second parser too, and the same words", () => {
  const mutated = fc
    .tuple(reading, fc.array(fc.tuple(piece, fc.nat()), { minLength: 1, maxLength: 4 }))
    .map(([line, inserts]) =>
      inserts.reduce((text, [insert, at]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place);
      }, line),
    );
  const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(mutated, soup), (line) => {
      if (judgeCommand(line, "bash", readOnly).class !== "reads") return;
      read += 1;
      assertPlain(line);
      const plain = readPlainLine(line, "bash");
      const words =
        plain.kind === "plain" ? plain.commands.map((command) => command.map(({ text }) => text)) : [];
      expect(words).toEqual(wordsByParser(line));
    }),
    { numRuns: 10_000 },
  );
  expect(read).toBeGreaterThan(300);
});

function wordsByParser(line: string): string[][] {
  const found: string[][] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Pipeline" && node.prefixes.length > 0) {
      const keyword = node.prefixes.flatMap((prefix) => line.slice(prefix.pos, prefix.end).split(/\s+/));
      const [first, ...others] = node.commands;
      if (first?.type === "Command") found.push([...keyword, ...wordsOf(first)]);
      return others.forEach(visit);
    }
    if (node.type === "Command") found.push(wordsOf(node));
    else forEachChild(node, visit);
  };
  visit(parse(line));
  return found;
}

function wordsOf(command: Extract<SyntaxNode, { type: "Command" }>): string[] {
  const words = [command.name, ...command.args].filter((word) => word !== undefined);
  return words.map((word) => (word.type === "Word" ? word.value : word.text));
}

test("no text makes a judgement throw, or differ the second time", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
  );
  const place = fc.constantFrom<InputPlace[]>("prompt", "pager", "repl", "other");
  fc.assert(
    fc.property(text, shell, fc.constantFrom(readOnly, guarded), place, (line, shell, policy, place) => {
      const command = judgeCommand(line, shell, policy);
      const input = judgeInput({ text: line, keys: [line] }, place, policy, shell);
      expect(judgeCommand(line, shell, policy)).toEqual(command);
      expect(command.rule).toMatch(/^[ -~]{1,240}$/);
      expect(input.rule).toMatch(/^[ -~]{1,240}$/);
    }),
    runs,
  );
});

test.each<[string, string]>(
  [
    ..."( ) { $( $(( ${ ` ' \" <( [ * ? ;; | && ! \\ # ~".split(" "),
    "a|",
    "a;",
    "sudo ",
    "ssh a ",
    "bash -c '",
    "{a,",
    "<<a ",
    "if ",
    "a=( ",
    '"$(',
    "-a",
    "\n",
    'eval "',
    "find . -exec ",
    "env -S 'x y ",
    "xargs bash -c 'a b' ",
  ].map((part) => [part, part.repeat(Math.ceil(10_000 / part.length))]),
)("10 kB of %j is judged in time", (_, line) => {
  const before = process.cpuUsage();
  for (const shell of ["bash", "zsh"]) {
    judgeCommand(line, shell, readOnly);
    judgeCommand(line, shell, guarded);
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(3_000);
});
