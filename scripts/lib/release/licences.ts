import { runtimeNotices, type PackageInside } from "./packages-inside.ts";

/** THIRD-PARTY-LICENSES.txt: of every package inside, then of the runtime. */
export function renderLicences(packages: readonly PackageInside[]): string {
  const rule = "=".repeat(72);
  const texts = packages.map(
    ({ name, version, licence, licenceText }) => `${name} ${version} (${licence})\n\n${licenceText}`,
  );
  return `${[...texts, runtimeNotices()].join(`\n\n${rule}\n\n`)}\n`;
}
