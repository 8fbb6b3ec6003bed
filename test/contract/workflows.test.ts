import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

const folder = join(import.meta.dir, "../../.github/workflows");
const files = [...new Bun.Glob("*.yml").scanSync({ cwd: folder })].sort();
const texts = files.map((file): [string, string] => [file, readFileSync(join(folder, file), "utf8")]);

test("there is a workflow for changes and one for releases", () =>
  expect(files).toEqual(["ci.yml", "release.yml"]));

test.each(texts)(
  "%s takes actions of others by commit alone, with their version beside it",
  (_file, text) => {
    const used = [...text.matchAll(/uses: (?<action>\S+)(?<rest>.*)/g)].map(({ groups }) => groups ?? {});
    for (const { action = "", rest = "" } of used.filter(({ action = "" }) => !action.startsWith("./")))
      expect(`${action}${rest}`).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);

test.each(texts)(
  "%s grants no more than it says: nothing, or reading, but to what publishes",
  (_file, text) => {
    const { permissions, jobs } = parse(text);
    expect([{}, { contents: "read" }]).toContainEqual(permissions);
    const writing = Object.entries<{ permissions?: object }>(jobs).filter(([, job]) =>
      Object.values(job.permissions ?? {}).includes("write"),
    );
    expect(writing.map(([name]) => name).filter((name) => name !== "publish")).toEqual([]);
  },
);

test.each(texts)("%s leaves no token of the checkout behind", (_file, text) => {
  const checkouts = text.match(/actions\/checkout@/g)?.length ?? 0;
  expect(text.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts);
});
