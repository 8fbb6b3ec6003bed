import { builtinModules } from "node:module";
import { basename } from "node:path/posix";

/** A file of the checkout: `path` from its root with `/`. */
export type SourceFile = { readonly path: string; readonly text: string };

type Rule = (file: SourceFile) => readonly string[];

const maxLines = 250;
/** While serving, stdout is the protocol's: these alone may touch it. */
const stdoutOwners = [
  "src/cli/",
  "src/server/serve.ts",
  "src/server/stdio-transport.ts",
  "src/server/stdout-guard.ts",
];
const pureFolders = ["src/base/", "src/screen/", "src/shell-integration/"];
const shortestSleepMs = 51;

const ruleSet: readonly Rule[] = [
  tooLong,
  badName,
  defaultExport,
  nodePrefix,
  stdout,
  impureGlobal,
  developerPath,
  registryHost,
  leftover,
  sleep,
];

/** Every rule of HOUSE that one file alone can break, as `path: fact`. */
export function findFileFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    ruleSet.flatMap((rule) => rule(file).map((fault) => `${file.path}: ${fault}`)),
  );
}

export function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

function tooLong({ path, text }: SourceFile): string[] {
  const lines = countLines(text);
  return path.startsWith("src/") && lines > maxLines ? [`${lines} lines, at most ${maxLines}`] : [];
}

function badName({ path }: SourceFile): string[] {
  if (!/^(src|test|scripts)\//.test(path) || path.startsWith("test/fixtures/")) return [];
  return path.split("/").flatMap((part) => {
    const stem = part.replace(/\..*$/, "");
    if (/^(utils?|helpers?|common|types|misc)$/i.test(stem)) return [`the name ${stem} says nothing`];
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) || isToolSnapshot(path) ? [] : [`${part} is not kebab-case`];
  });
}

function isToolSnapshot(path: string): boolean {
  return path.startsWith("test/contract/snapshots/") || path.includes("/__snapshots__/");
}

function defaultExport(file: SourceFile): string[] {
  return isProgram(file) && transpiler().scan(file.text).exports.includes("default")
    ? ["default export"]
    : [];
}

function nodePrefix(file: SourceFile): string[] {
  if (!isProgram(file)) return [];
  const paths = transpiler()
    .scanImports(file.text)
    .map(({ path }) => path);
  const typeOnly = [...file.text.matchAll(/^import type .* from "([^"]+)";$/gm)].map(
    ([, path]) => path ?? "",
  );
  return [...paths, ...typeOnly]
    .filter((path) => path !== "bun" && !path.startsWith("bun:") && builtinModules.includes(path))
    .map((path) => `"${path}" without node:`);
}

function stdout(file: SourceFile): string[] {
  if (!file.path.startsWith("src/") || stdoutOwners.some((owner) => file.path.startsWith(owner))) return [];
  return found(
    codeOf(file),
    /\bconsole\.(?:log|info|debug|table|dir)\b|\bprocess\.stdout\b|\bBun\.stdout\b/g,
  ).map((text) => `${text}: stdout belongs to the protocol`);
}

function impureGlobal(file: SourceFile): string[] {
  if (!pureFolders.some((folder) => file.path.startsWith(folder))) return [];
  const globals =
    /\b(?:Bun\.(?:spawn|spawnSync|file|write|listen|connect|env)|process\.\w+|Date\.now|setTimeout|fetch\()/g;
  return found(codeOf(file), globals).map((text) => `${text} in a pure layer`);
}

function developerPath({ path, text }: SourceFile): string[] {
  if (path.startsWith("test/fixtures/")) return [];
  return found(text, /(?<![\w.~$}-])\/(?:work|root|Users|home)\/(?!user|me\b|deploy|alice|bob)[\w.-]+/g).map(
    (place) => `${place} is a path of one machine`,
  );
}

function registryHost({ path, text }: SourceFile): string[] {
  if (basename(path) === "bun.lock")
    return found(text, /\w+:\/\/[^"/]+/g).map((url) => `${url}: the lock file names a host`);
  return found(
    text,
    /\b(?:registry\.[\w-]+\.[\w.]+|[\w-]+\.pkg\.github\.com|[\w.-]*(?:artifactory|jfrog|verdaccio)[\w.-]*\.\w+)/g,
  ).map((host) => `${host} is a registry`);
}

function leftover({ path, text }: SourceFile): string[] {
  if (!/^(src|test|scripts|\.ci)\//.test(path)) return [];
  return found(text, /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/g).map((word) => `${word} is left over`);
}

/** Waiting for time instead of a condition; the short step of a polling loop is let through. */
function sleep(file: SourceFile): string[] {
  if (!file.path.startsWith("test/")) return [];
  return [
    ...codeOf(file).matchAll(/\b(?:Bun\.sleep(?:Sync)?|setTimeout)\((?:(?:resolve|done|r), )?(\d[\d_e]*)\)/g),
  ]
    .filter(([, ms]) => Number(ms?.replaceAll("_", "")) >= shortestSleepMs)
    .map(([call]) => `${call} waits for time, not for a condition`);
}

function found(text: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([match]) => match))];
}

/** Without comments and types; strings stay. */
function codeOf(file: SourceFile): string {
  return isProgram(file) ? transpiler().transformSync(file.text) : "";
}

function isProgram({ path }: SourceFile): boolean {
  return basename(path).endsWith(".ts");
}

function transpiler(): Bun.Transpiler {
  return new Bun.Transpiler({ loader: "ts" });
}
