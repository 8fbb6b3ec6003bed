import type { Release } from "./release.ts";

/** A formula for a tap; blocks stand for the targets that were built. */
export function renderFormula({ identity, builds, sums }: Release): string {
  const { name, version, description, licence, repository } = identity;
  const blocks = (["macos", "linux"] as const).flatMap((os) => {
    const ofSystem = builds.filter(({ target }) => isTheOneFor(os, target));
    return ofSystem.length === 0
      ? []
      : [
          `  on_${os} do`,
          ...ofSystem.flatMap(({ target }) => {
            const file = `${name}-${target.name}.tar.gz`;
            return [
              `    on_${target.cpu === "arm64" ? "arm" : "intel"} do`,
              `      url "${repository}/releases/download/v${version}/${file}"`,
              `      sha256 "${sums.get(file)}"`,
              "    end",
            ];
          }),
          "  end",
          "",
        ];
  });
  return `class McpSshInteractive < Formula
  desc "${description}"
  homepage "${repository}"
  version "${version}"
  license "${licence}"

  depends_on "tmux"

${blocks.join("\n")}
  def install
    bin.install "${name}"
    man1.install "${name}.1"
    bash_completion.install "completions/${name}.bash" => "${name}"
    zsh_completion.install "completions/_${name}"
    fish_completion.install "completions/${name}.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/${name} --version")
  end
end
`;
}

/** Homebrew knows systems and processors, neither musl nor AVX2: on Linux the build that runs on every x64. */
function isTheOneFor(os: "macos" | "linux", target: Release["builds"][number]["target"]): boolean {
  if (os === "macos") return target.os === "darwin";
  return target.libc === "glibc" && (target.cpu === "arm64" || target.baseline === true);
}
