import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AcceptedPolicies } from "../../../src/policy/accepted-policies.ts";
import { isWeaker, stricterOf } from "../../../src/policy/weaker.ts";

const policy = { mode: "confirm", allow: ["ls"], deny: ["rm"], approval: "terminal" } as const;

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "policies-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["another mode that lets more through", { ...policy, mode: "full" }, true],
  ["a stricter mode", { ...policy, mode: "read-only" }, false],
  ["one more that is allowed", { ...policy, allow: ["ls", "reboot"] }, true],
  ["one less that is allowed", { ...policy, allow: [] }, false],
  ["one less that is denied", { ...policy, deny: [] }, true],
  ["one more that is denied", { ...policy, deny: ["rm", "dd"] }, false],
  ["approval by the client too", { ...policy, approval: "client" }, true],
  ["the same", policy, false],
] as const)("%s", (_what, next, weaker) => {
  expect(isWeaker(next, policy)).toBe(weaker);
});

test("approval by a terminal also matters to what a deny rule may name", () => {
  const barred = { mode: "full", allow: [], deny: ["rm"], approval: "terminal" } as const;
  expect(isWeaker({ ...barred, approval: "client" }, barred)).toBe(true);
});

test("after all was let through, a mode that asks is stricter whatever it allows", async () => {
  const full = { mode: "full", allow: [], deny: [] } as const;
  const inForce = { mode: "read-only", allow: ["reboot"], deny: [] } as const;
  expect(isWeaker(inForce, full)).toBe(false);
  const policies = new AcceptedPolicies(folder, folder);
  await policies.accept("web", full);
  expect(await policies.note("web", inForce)).toEqual({ inForce });
});

test("of a change that is stricter here and weaker there, the stricter part holds at once", async () => {
  const policies = new AcceptedPolicies(folder, folder);
  await policies.accept("web", policy);
  const wanted = { mode: "read-only", allow: ["ls", "reboot"], deny: ["dd"] } as const;
  const inForce = { mode: "read-only", allow: ["ls"], deny: ["rm", "dd"], approval: "terminal" } as const;
  expect(await policies.note("web", wanted)).toEqual({ inForce, wanted });
  expect(policies.last("web")).toEqual(policy);
  expect(stricterOf({ mode: "full", allow: [], deny: [] }, policy)).toEqual(policy);
});

test("a connection may have any name", async () => {
  const policies = new AcceptedPolicies(folder, folder);
  for (const name of ["constructor", "toString"]) {
    expect(policies.see(name, policy)).toEqual({ inForce: policy });
    await policies.note(name, policy);
    expect(policies.last(name)).toEqual(policy);
  }
});

test("a stricter policy holds at once, a weaker one after it was accepted, also for another process", async () => {
  const policies = new AcceptedPolicies(folder, folder);
  const full = { mode: "full", allow: [], deny: [] } as const;
  expect(await policies.note("web", full)).toEqual({ inForce: full });
  expect(await policies.note("web", policy)).toEqual({ inForce: policy });
  const other = new AcceptedPolicies(folder, folder);
  expect(await other.note("web", full)).toEqual({ inForce: policy, wanted: full });
  expect(other.last("web")).toEqual(policy);
  await other.accept("web", full);
  expect(await policies.note("web", full)).toEqual({ inForce: full });
});
