/** What a release is built for; `name` is our own word, which file names and install.sh use. */
export type Target = {
  readonly name: string;
  readonly bun: string;
  readonly os: "linux" | "darwin";
  readonly cpu: "x64" | "arm64";
  readonly libc?: "glibc" | "musl";
  /** For processors without AVX2. */
  readonly baseline?: true;
};

export const targets: readonly Target[] = [
  { name: "linux-x64", bun: "bun-linux-x64", os: "linux", cpu: "x64", libc: "glibc" },
  {
    name: "linux-x64-baseline",
    bun: "bun-linux-x64-baseline",
    os: "linux",
    cpu: "x64",
    libc: "glibc",
    baseline: true,
  },
  { name: "linux-x64-musl", bun: "bun-linux-x64-musl", os: "linux", cpu: "x64", libc: "musl" },
  {
    name: "linux-x64-musl-baseline",
    bun: "bun-linux-x64-musl-baseline",
    os: "linux",
    cpu: "x64",
    libc: "musl",
    baseline: true,
  },
  { name: "linux-arm64", bun: "bun-linux-arm64", os: "linux", cpu: "arm64", libc: "glibc" },
  { name: "linux-arm64-musl", bun: "bun-linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl" },
  { name: "darwin-arm64", bun: "bun-darwin-arm64", os: "darwin", cpu: "arm64" },
  { name: "darwin-x64", bun: "bun-darwin-x64", os: "darwin", cpu: "x64" },
];
