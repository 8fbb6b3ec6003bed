import type { Release } from "./release.ts";

/** For the MCP registry (schema 2025-12-11, read 2026-11-28); the npm package's `mcpName` is this `name`. */
export function renderServerJson({ identity, builds, sums }: Release): string {
  const { name, version, description, repository } = identity;
  const transport = { type: "stdio" };
  const bundles = [...new Set(builds.map(({ target }) => `${name}-${target.os}-${target.cpu}.mcpb`))];
  const packages = [
    { registryType: "npm", identifier: name, version, transport },
    ...bundles.flatMap((file) => {
      const fileSha256 = sums.get(file);
      const identifier = `${repository}/releases/download/v${version}/${file}`;
      return fileSha256 === undefined
        ? []
        : [{ registryType: "mcpb", identifier, version, fileSha256, transport }];
    }),
  ];
  return `${JSON.stringify(
    {
      $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
      name: registryName(repository),
      title: "SSH sessions",
      description,
      version,
      repository: { url: repository, source: "github" },
      packages,
    },
    null,
    2,
  )}\n`;
}

/** `io.github.OWNER/NAME`. */
export function registryName(repository: string): string {
  const [owner = "", name = ""] = repository.split("/").slice(-2);
  return `io.github.${owner}/${name}`;
}
