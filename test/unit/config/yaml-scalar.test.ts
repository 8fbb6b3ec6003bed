import { expect, test } from "bun:test";

import { resolvePlainScalar, type ScalarValue } from "../../../src/config/yaml-scalar.ts";

const scalars: readonly [text: string, value: ScalarValue][] = [
  ["yes", true],
  ["On", true],
  ["TRUE", true],
  ["no", false],
  ["off", false],
  ["y", "y"],
  ["yEs", "yEs"],
  ["", null],
  ["~", null],
  ["NULL", null],
  ["0", 0],
  ["-7", -7],
  ["+1_000", 1000],
  ["0777", 511],
  ["08", "08"],
  ["0o17", "0o17"],
  ["0x1F", 31],
  ["0b101", 5],
  ["22:30", 1350],
  ["1:00:00", 3600],
  ["22:70", "22:70"],
  ["1.5", 1.5],
  ["1e3", "1e3"],
  ["1.0e+3", 1000],
  ["-.inf", -Infinity],
  ["2025-01-02", "2025-01-02"],
  ["10.0.0.1", "10.0.0.1"],
  ["::1", "::1"],
];

test.each(scalars)("the plain scalar %p means %p, as in YAML 1.1", (text, value) => {
  expect(resolvePlainScalar(text)).toBe(value);
});

test("a scalar that is not a number is .nan", () => {
  expect(resolvePlainScalar(".nan")).toBeNaN();
});
