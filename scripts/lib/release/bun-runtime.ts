/** Bun as a component of a bill of materials: the one that compiles, whose version every target's base has too. */
export function bunRuntime() {
  const purl = `pkg:github/oven-sh/bun@bun-v${Bun.version}`;
  return {
    type: "framework",
    "bom-ref": purl,
    name: "bun",
    version: Bun.version,
    purl,
    licenses: [
      { license: { name: "MIT, with JavaScriptCore under LGPL-2.0-or-later; see THIRD-PARTY-LICENSES.txt" } },
    ],
  };
}
