const consuming = /^\/(?:sys\/kernel\/(?:debug|tracing)|proc\/(?:kmsg|acpi))(?:\/|$)/;
const harmless: ReadonlySet<string> = new Set(["/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"]);

/**
 * Whether the word, with patterns and variables in it, may be the path of something that acts when it is opened or
 * read: a device (a watchdog's starts it), or what /proc leads to. Names relative to a folder there cannot be told.
 */
export function opensDevice(word: string): boolean {
  if (harmless.has(word)) return false;
  const path = word.replace(/\/(?:\.?\/)+/g, "/");
  if (consuming.test(path) || /^\/proc\/.*\/(?:root|cwd|fd|[^/]*[*?$][^/]*)(?:\/|$)/.test(path)) return true;
  const segments = path.split("/");
  const climb = segments.lastIndexOf("..");
  const at = climb >= 0 ? climb + 1 : segments[0] === "" ? 1 : segments.length;
  const top = segments[at];
  if (top === undefined || at === segments.length - 1) return false;
  // Without a climb, what /proc and /sys hold was looked at above.
  const folders = climb < 0 ? ["dev"] : ["dev", "proc", "sys"];
  return (
    folders.some((folder) => mayBe(top, folder)) || (climb < 0 && /[*?$]/.test(top) && mayBe(top, "proc"))
  );
}

function mayBe(segment: string, folder: string): boolean {
  const pattern = segment.replace(/\$\w+/g, "*").replace(/\*+/g, "*");
  if (pattern.replaceAll("*", "").length > folder.length || !/^[\w*?]*$/.test(pattern)) return false;
  return new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(folder);
}
