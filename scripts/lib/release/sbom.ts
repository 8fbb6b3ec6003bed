import { bunRuntime } from "./bun-runtime.ts";
import type { Identity } from "./identity.ts";
import type { PackageInside } from "./packages-inside.ts";

/** CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/, read 2026-11-28), the same for every build of one commit. */
export function renderSbom(identity: Identity, packages: readonly PackageInside[]): string {
  const { name, version, licence, repository, commit, time } = identity;
  const reference = `${name}@${version}`;
  const components = [bunRuntime(), ...packages.map(componentOf)];
  return `${JSON.stringify(
    {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: {
        timestamp: new Date(time * 1000).toISOString(),
        component: {
          type: "application",
          "bom-ref": reference,
          name,
          version,
          licenses: [{ license: { id: licence } }],
          externalReferences: [{ type: "vcs", url: repository, comment: `commit ${commit}` }],
        },
      },
      components,
      dependencies: [{ ref: reference, dependsOn: components.map((component) => component["bom-ref"]) }],
    },
    null,
    2,
  )}\n`;
}

function componentOf({ name, version, licence, integrity }: PackageInside) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const digest = integrity?.startsWith("sha512-") === true ? integrity.slice("sha512-".length) : undefined;
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: licence } }],
    ...(digest === undefined
      ? {}
      : { hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }] }),
  };
}
