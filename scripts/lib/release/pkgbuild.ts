import type { Release } from "./release.ts";

const architectures = { x64: "x86_64", arm64: "aarch64" } as const;

/** For Arch: the executable as it was released, not built anew. */
export function renderPkgbuild({ identity, builds, sums }: Release): string {
  const { name, version, description, licence, repository } = identity;
  const ofArch = builds.filter(({ target }) => target.libc === "glibc" && target.baseline !== true);
  const sources = ofArch.flatMap(({ target }) => {
    const file = `${name}-${target.name}.tar.gz`;
    const arch = architectures[target.cpu];
    return [
      `source_${arch}=("${name}-$pkgver-${arch}.tar.gz::$url/releases/download/v${version}/${file}")`,
      `sha256sums_${arch}=('${sums.get(file)}')`,
    ];
  });
  return `pkgname=${name}-bin
pkgver=${version.replaceAll("-", "_")}
pkgrel=1
pkgdesc='${description}'
arch=(${ofArch.map(({ target }) => `'${architectures[target.cpu]}'`).join(" ")})
url='${repository}'
license=('${licence}')
depends=('glibc' 'tmux' 'openssh')
provides=('${name}')
conflicts=('${name}')
# What stands behind the code of the executable would be lost.
options=('!strip' '!debug')
${sources.join("\n")}

package() {
  cd "$srcdir"/${name}-*/
  install -Dm755 ${name} "$pkgdir/usr/bin/${name}"
  install -Dm644 LICENSE "$pkgdir/usr/share/licenses/$pkgname/LICENSE"
  install -Dm644 THIRD-PARTY-LICENSES.txt "$pkgdir/usr/share/licenses/$pkgname/THIRD-PARTY-LICENSES.txt"
  install -Dm644 ${name}.1 "$pkgdir/usr/share/man/man1/${name}.1"
  install -Dm644 completions/${name}.bash "$pkgdir/usr/share/bash-completion/completions/${name}"
  install -Dm644 completions/_${name} "$pkgdir/usr/share/zsh/site-functions/_${name}"
  install -Dm644 completions/${name}.fish "$pkgdir/usr/share/fish/vendor_completions.d/${name}.fish"
}
`;
}
