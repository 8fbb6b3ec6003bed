import { expect, test } from "bun:test";

import { createMask, maskWithin, redactionFault } from "../../../src/policy/mask.ts";
import { LineRenderer } from "../../../src/screen/line-renderer.ts";

const secret = 'Tr0ub4dor&3/"ü x';
const mask = createMask([secret], []);
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each<[string, string, string]>([
  ["as it stands", `a ${secret} b`, "a ••• b"],
  ["twice", `${secret}${secret}`, "••••••"],
  ["broken by an end of a line, which stays", `a ${secret.slice(0, 7)}\n${secret.slice(7)} b`, "a •••\n b"],
  ["broken after each character", `[${[...secret].join("\n")}]`, `[•••${"\n".repeat(secret.length - 1)}]`],
  ["on the second of two lines", `x\ny ${secret}\nz`, "x\ny •••\nz"],
  ["right before an end of a line", `${secret}\n\n${secret}`, "•••\n\n•••"],
  ["broken by CR LF", `a ${secret.slice(0, 7)}\r\n${secret.slice(7)} b`, "a •••\r\n b"],
  ["as in JSON", JSON.stringify({ password: secret }), '{"password":"•••"}'],
  ["as in JSON of ASCII alone", String.raw`"Tr0ub4dor&3/\"\u00fc x"`, '"•••"'],
  ["as in JSON of PHP", String.raw`"Tr0ub4dor&3\/\"\u00fc x"`, '"•••"'],
  ["URL-encoded", `?p=${encodeURIComponent(secret)}&q`, "?p=•••&q"],
  ["as a form sends it", `p=${encodeURIComponent(secret).replaceAll("%20", "+")}`, "p=•••"],
  ["URL-encoded in lower case", "p=Tr0ub4dor%263%2f%22%c3%bc%20x", "p=•••"],
  ["URL-encoded but for slashes", "p=Tr0ub4dor%263/%22%C3%BC%20x", "p=•••"],
])("a value is masked %s", (_title, text, masked) => {
  expect(mask(text)).toBe(masked);
});

test.each(["", "u", "us", "user:", "a longer text before it: "])(
  "a value is masked in base64 behind %p",
  (before) => {
    for (const after of ["", "\n", " and more behind it"]) {
      const encoded = base64(`${before}${secret}${after}`);
      const shown = mask(encoded);
      expect(shown).toContain("•••");
      expect(shown.replace("•••", "").length).toBeLessThan(
        encoded.length - 4 * Math.floor(secret.length / 3),
      );
      expect(mask(encoded.replaceAll("/", "_").replaceAll("+", "-"))).toContain("•••");
      expect(mask(encoded.replace(/.{9}/g, "$&\n"))).toContain("•••");
    }
  },
);

test("a value that is coloured in its middle is masked once it is rendered", () => {
  const renderer = new LineRenderer({ cols: 80, rows: 24, maxLines: 10 });
  renderer.write(Buffer.from("is hun\x1b[31mter\x1b[0m22 so\r\n"));
  expect(createMask(["hunter22"], [])(renderer.read().lines.join("\n"))).toContain("is ••• so");
});

test("a value under six characters is left alone", () => {
  expect(createMask(["short"], [])("short c2hvcnQ=")).toBe("short c2hvcnQ=");
});

test("what a pattern of the configuration matches is masked, line by line", () => {
  const redact = createMask([], [String.raw`AKIA[0-9A-Z]{16}`, "^token: .*$"]);
  expect(redact("x AKIAABCDEFGHIJKLMNOP y\ntoken: a b\nz")).toBe("x ••• y\n•••\nz");
});

test.each(["(", "(?=x)", String.raw`(a)\1`, "a*", ""])("the pattern %p is refused", (pattern) => {
  expect(redactionFault(pattern)).toBeString();
  expect(() => createMask([], [pattern])).toThrow("settings.redact");
});

test("each text within a result is masked", () => {
  const facts = {
    output: "hunter22",
    matches: [{ text: "a hunter22", line: 3 }],
    done: true,
    none: undefined,
  };
  expect(maskWithin(facts, createMask(["hunter22"], []))).toEqual({
    output: "•••",
    matches: [{ text: "a •••", line: 3 }],
    done: true,
    none: undefined,
  });
});
