import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { version } from "../../package.json" with { type: "json" };
import { TempHome } from "../support/temp-home.ts";
import { testWhere } from "../support/test-where.ts";
import { buildRelease, pathOf, readSums, runIn } from "./release-run.ts";

setDefaultTimeout(180_000);

const name = "mcp-ssh-interactive";
const here = "linux-x64-baseline";
const isHere = process.platform === "linux" && process.arch === "x64";
/** Made by scripts/test where it can be had. */
const arm64Root = join(import.meta.dir, "../../.tools/arm64-root");
let folder = "";
let server: Bun.Server<undefined>;
let from = "";

beforeAll(() => {
  folder = buildRelease([here, "linux-arm64"]);
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const file = Bun.file(join(folder, new URL(request.url).pathname));
      return (await file.exists()) ? new Response(file) : new Response(null, { status: 404 });
    },
  });
  from = `http://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  await server.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

test("two builds of one commit have the same sums", () => {
  const again = buildRelease([here]);
  try {
    const first = readSums(folder);
    const second = readSums(again);
    const archives = [...second].filter(([file]) => /x64|amd64|licen|LICEN|sbom/.test(file));
    expect(archives.length).toBeGreaterThanOrEqual(6);
    for (const [file, sum] of archives) expect([file, first.get(file)]).toEqual([file, sum]);
  } finally {
    rmSync(again, { recursive: true });
  }
});

test("SHA256SUMS speaks of every file that is published, and of nothing else", () => {
  const sums = readSums(folder);
  const files = [...new Bun.Glob("*").scanSync({ cwd: folder })].filter((file) => file !== "SHA256SUMS");
  expect([...sums.keys()].sort()).toEqual(files.sort());
  for (const [file, sum] of sums) expect(sumOf(file)).toBe(sum);
});

test("every package in the executable is in the bill of materials with its hash, and its licence in the licences", () => {
  const sbom: { components: { name: string; version: string; hashes?: unknown[] }[] } = JSON.parse(
    readFileSync(join(folder, "sbom.cdx.json"), "utf8"),
  );
  const licences = readFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), "utf8");
  const names = sbom.components.map((component) => component.name);
  expect(names).toContain("bun");
  expect(names).toContain("@modelcontextprotocol/sdk");
  expect(names).not.toContain("typescript");
  for (const component of sbom.components.filter((each) => each.name !== "bun")) {
    expect(licences).toContain(`${component.name} ${component.version} (`);
    expect(component.hashes).toHaveLength(1);
  }
});

testWhere(
  isHere && Bun.which("makepkg") !== null && Bun.which("bsdtar") !== null,
  "makepkg and bsdtar",
  "the Arch recipe makes a package of what was released",
  async () => {
    await using temp = new TempHome();
    const recipe = readFileSync(join(folder, "PKGBUILD"), "utf8");
    const local = recipe.replaceAll(/::\$url\/releases\/download\/[^/]+\//g, `::${from}/`);
    temp.write("PKGBUILD", local, 0o644);
    temp.write("makepkg.conf", ". /etc/makepkg.conf\nCARCH=aarch64\nPKGEXT=.pkg.tar\n", 0o644);
    const said = (await makepkg(temp.home, "--printsrcinfo")).stdout;
    expect(said).toContain(`pkgver = ${version}\n`);
    expect(said).toContain(`sha256sums_aarch64 = ${sumOf(`${name}-linux-arm64.tar.gz`)}\n`);
    expect(await makepkg(temp.home, "--nodeps")).toMatchObject({ exitCode: 0 });
    const made = join(temp.home, `${name}-bin-${version}-1-aarch64.pkg.tar`);
    const listed = (await runIn(temp.home, ["tar", "-tvf", made])).stdout;
    expect(listed).toMatch(/^-rwxr-xr-x root\/root +\d+ .* usr\/bin\/mcp-ssh-interactive$/m);
    for (const file of ["man/man1", "bash-completion/completions", "zsh/site-functions", "licenses"])
      expect(listed).toContain(` usr/share/${file}/`);
    const packed = join(temp.home, "pkg", `${name}-bin`, "usr/bin", name);
    expect(
      readFileSync(packed).equals(readFileSync(join(await unpack(temp.home, "linux-arm64"), name))),
    ).toBe(true);
  },
);

testWhere(
  isHere && Bun.which("ruby") !== null,
  "ruby",
  "the formula takes the archive of the machine, by its sum, and installs what is in it",
  async () => {
    await using temp = new TempHome();
    for (const [processor, target] of [
      ["intel", here],
      ["arm", "linux-arm64"],
    ] as const) {
      const unpacked = await unpack(temp.home, target);
      const words = [join(folder, `${name}.rb`), "linux", processor, join(temp.home, target)];
      const done = await runIn(unpacked, ["ruby", join(import.meta.dir, "homebrew.rb"), ...words]);
      expect(done).toMatchObject({ exitCode: 0, stderr: "" });
      const file = `${name}-${target}.tar.gz`;
      expect(JSON.parse(done.stdout)).toMatchObject({
        version,
        url: expect.stringMatching(new RegExp(`/releases/download/v${RegExp.escape(version)}/${file}$`)),
        sha256: sumOf(file),
        installed: [
          `bin/${name}`,
          `share/man/man1/${name}.1`,
          `etc/bash_completion.d/${name}`,
          `share/zsh/site-functions/_${name}`,
          `share/fish/vendor_completions.d/${name}.fish`,
        ],
      });
    }
  },
);

test("no file of words names a registry of packages", () => {
  for (const file of ["install.sh", "server.json", "PKGBUILD", `${name}.rb`, "sbom.cdx.json"])
    expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/npmjs|pypi\.org|crates\.io/);
});

testWhere(
  isHere,
  "Linux on x64",
  "the installer brings a program of this version and commit, and takes it out again",
  async () => {
    await using temp = new TempHome();
    const installed = join(temp.home, ".local/bin", name);
    const done = await install(temp.home, []);
    expect(done).toMatchObject({ exitCode: 0, stdout: "" });
    expect(done.stderr).toContain(`as ${installed}`);
    expect(done.stderr).toContain("is not in your PATH");
    expect((await runIn(temp.home, [installed, "--version"])).stdout).toMatch(
      new RegExp(`^${name} ${RegExp.escape(version)} \\(([0-9a-f]{12}(-dirty)?|unknown)\\)\n$`),
    );
    expect(existsSync(join(temp.home, ".local/share/man/man1", `${name}.1`))).toBe(true);
    expect(await runIn(temp.home, [installed, "demo"], { PATH: process.env["PATH"] ?? "" })).toMatchObject({
      exitCode: 0,
    });
    expect((await install(temp.home, [])).exitCode).toBe(0);
    const removed = await install(temp.home, ["--uninstall"]);
    expect(removed).toMatchObject({ exitCode: 0 });
    expect(removed.stderr).toContain("stay in");
    expect(existsSync(installed)).toBe(false);
    expect(existsSync(temp.configFile)).toBe(false);
    expect((await install(temp.home, ["--uninstall"])).stderr).toContain("Nothing to take out");
  },
);

testWhere(isHere, "Linux on x64", "the installer leaves everything as it was", async () => {
  await using temp = new TempHome();
  const wrong = join(temp.home, "wrong");
  mkdirSync(wrong);
  copyFileSync(join(folder, "SHA256SUMS"), join(wrong, "SHA256SUMS"));
  writeFileSync(join(wrong, `${name}-${here}.tar.gz`), "something else");
  const other = await runIn(
    temp.home,
    ["sh", join(folder, "install.sh"), "--from", `file://${wrong}`],
    asOld(temp.home),
  );
  expect(other).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("is not what SHA256SUMS says"),
  });
  const gone = await runIn(
    temp.home,
    ["sh", join(folder, "install.sh"), "--from", `${from}/none`],
    asOld(temp.home),
  );
  expect(gone).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("cannot be had") });
  expect(await install(temp.home, ["--dirr", "x"])).toMatchObject({ exitCode: 2 });
  expect(existsSync(join(temp.home, ".local"))).toBe(false);
});

testWhere(
  isHere,
  "Linux on x64",
  "a copy of the installer that was cut off anywhere does nothing",
  async () => {
    await using temp = new TempHome();
    const text = readFileSync(join(folder, "install.sh"), "utf8");
    const lines = text.split("\n");
    for (let count = 1; count < lines.length - 2; count += 7) {
      const cut = temp.write("cut.sh", lines.slice(0, count).join("\n"));
      await runIn(temp.home, ["sh", cut, "--from", from], asOld(temp.home));
      expect([count, existsSync(join(temp.home, ".local"))]).toEqual([count, false]);
    }
  },
);

testWhere(
  isHere,
  "Linux on x64",
  "the npm package starts the executable of the package for this machine",
  async () => {
    await using temp = new TempHome();
    temp.write("package.json", "{}");
    const archives = [`${name}-linux-x64-${version}.tgz`, `${name}-${version}.tgz`].map((file) =>
      join(folder, file),
    );
    const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", ...archives];
    expect(await runIn(temp.home, npm)).toMatchObject({ exitCode: 0 });
    const program = join(temp.home, "node_modules/.bin", name);
    expect((await runIn(temp.home, [program, "--version"])).stdout).toContain(`${name} ${version} (`);
    expect((await runIn(temp.home, [program, "nonsense"])).exitCode).toBe(2);
    rmSync(join(temp.home, "node_modules", `${name}-linux-x64`), { recursive: true });
    const without = await runIn(temp.home, [program, "--version"]);
    expect(without).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("there is no package") });
  },
);

testWhere(
  isHere && Bun.which("dpkg-deb") !== null,
  "dpkg-deb",
  "the Debian package holds a program that starts",
  async () => {
    await using temp = new TempHome();
    const root = join(temp.home, "root");
    const file = join(folder, `${name}_${version}_amd64.deb`);
    expect((await runIn(temp.home, ["dpkg-deb", "-x", file, root])).exitCode).toBe(0);
    expect((await runIn(temp.home, [join(root, "usr/bin", name), "--version"])).exitCode).toBe(0);
    const listed = (await runIn(temp.home, ["dpkg-deb", "-c", file])).stdout;
    expect(listed).toMatch(/^-rwxr-xr-x root\/root +\d+ .* \.\/usr\/bin\/mcp-ssh-interactive$/m);
  },
);

testWhere(isHere, "Linux on x64", "the MCP bundle names an executable that it holds", async () => {
  await using temp = new TempHome();
  const file = join(folder, `${name}-linux-x64.mcpb`);
  expect((await runIn(temp.home, ["unzip", "-q", file])).exitCode).toBe(0);
  const manifest = JSON.parse(readFileSync(join(temp.home, "manifest.json"), "utf8"));
  expect(manifest.server.mcp_config.command).toBe(`\${__dirname}/${manifest.server.entry_point}`);
  expect((await runIn(temp.home, [join(temp.home, manifest.server.entry_point), "--version"])).exitCode).toBe(
    0,
  );
});

testWhere(
  isHere && existsSync(arm64Root),
  "qemu and the C library of arm64",
  "the executable for arm64 starts, under qemu",
  async () => {
    await using temp = new TempHome();
    temp.writeConfig("connections:\n  web: {host: 127.0.0.1, user: nobody}\n");
    const program = join(await unpack(temp.home, "linux-arm64"), name);
    const emulated = ["qemu-aarch64-static", "-L", arm64Root, program];
    expect((await runIn(temp.home, [...emulated, "--version"])).stdout).toContain(`${name} ${version} (`);
    const validated = await runIn(temp.home, [...emulated, "validate"]);
    expect(validated).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 connection") });
  },
);

/** The folder in an archive of the release, unpacked in `home`. */
async function unpack(home: string, target: string): Promise<string> {
  const archive = join(folder, `${name}-${target}.tar.gz`);
  expect((await runIn(home, ["tar", "-xzf", archive])).exitCode).toBe(0);
  return join(home, `${name}-${version}-${target}`);
}

/** Of another user, where this one is root, which makepkg refuses; without pacman. */
async function makepkg(home: string, word: string) {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await runIn(home, ["chown", "-R", "65534:65534", home]);
  const other = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
  const command = [...other, "makepkg", "--config", join(home, "makepkg.conf"), word];
  return runIn(home, command, { PACMAN: "true" });
}

function sumOf(file: string): string {
  return createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
}

function install(home: string, words: readonly string[]) {
  return runIn(home, ["sh", join(folder, "install.sh"), "--from", from, ...words], asOld(home));
}

/** A processor of which nothing is known gets the build that runs everywhere, the one that was built here. */
function asOld(home: string): Record<string, string> {
  return { PATH: pathOf(home, { hasAvx2: false }) };
}
