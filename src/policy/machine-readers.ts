import type { Reader } from "./reader.ts";

const none: Reader = {};
const digits = /^\d+$/;
const names = /^[A-Za-z0-9_.:@/%,+][A-Za-z0-9_.:@/%,+-]*$/;

/** Commands on processes, the machine and the shell itself. */
export const machineReaders: Readonly<Record<string, Reader>> = {
  free: {
    flags: "bghklmtwv",
    values: "cs",
    long: "human bytes kibi mebi gibi kilo mega giga total wide si lohi",
  },
  iostat: { flags: "cdhkmNtxyz", operands: digits },
  lsof: { flags: "alnNPRtU", values: "cpu", optional: "i", operands: "words" },
  mpstat: { flags: "A", values: "P", operands: digits },
  pgrep: { flags: "acflnovxw", values: "dgPstuUG", long: "list-name list-full full", operands: "words" },
  pidof: { flags: "sx", operands: names },
  ps: {
    flags: "AadefFHjlLmMNrSTvwxyZEcP",
    values: "CgGopOqstuUk",
    long: "sort= forest no-headers no-heading headers pid= ppid= user= User= group= Group= format= cols= columns= width= rows= tty= deselect",
    operands: /^[A-Za-z0-9_,:%+=-]+$/,
  },
  pstree: { flags: "aAcglnpsuUStT", values: "H", operands: names },
  top: { flags: "bciHSs", values: "dnouUpwE", needs: ["-b"] },
  uptime: { flags: "ps", long: "pretty since" },
  vmstat: { flags: "adDfmnstw", values: "pS", operands: digits },
  nproc: { long: "all ignore=" },
  arch: none,
  arp: { flags: "anev" },
  atq: none,
  crontab: { flags: "l", values: "u", needs: ["-l"] },
  date: {
    flags: "uR",
    values: "dr",
    long: "utc universal iso-8601[=] rfc-3339= rfc-email date= reference=",
    words: "I Is Iseconds Iminutes Ihours Idate Ins",
    operands: /^\+/,
    most: 1,
  },
  dmesg: {
    flags: "dekLPrStTuxw",
    values: "fl",
    long: "ctime reltime decode kernel userspace facility= level= since= until= time-format= nopager color[=] follow raw notime",
  },
  dpkg: {
    flags: "lLsS",
    long: "list listfiles status search print-architecture no-pager",
    operands: "words",
  },
  "dpkg-query": { flags: "lLsSW", values: "f", long: "list show showformat=", operands: "words" },
  findmnt: { flags: "aAbDfklnrRJu", values: "oOstT", operands: names, opensNothing: true },
  getent: { operands: "words" },
  hostname: {
    flags: "aAdfiIs",
    long: "fqdn long short domain ip-address all-ip-addresses all-fqdns",
  },
  hostnamectl: { long: "no-pager", verbs: { status: none } },
  id: { flags: "agGnruzZ", long: "user group groups name real", operands: names },
  ifconfig: { flags: "a", operands: /^[a-z][a-z0-9._-]*$/, most: 1 },
  ip: {
    words:
      "4 6 0 s d o j p c h br brief s stats statistics d details o oneline j json p pretty c color h human iec",
    verbs: ipObjects(),
  },
  last: { flags: "adFiRwx", values: "n", numbers: true, operands: names },
  lastlog: { values: "ubt" },
  locale: { flags: "a" },
  loginctl: {
    long: "no-pager no-legend full",
    needs: ["--no-pager"],
    verbs: { "list-sessions": none, "list-users": none, "list-seats": none },
  },
  lsblk: {
    flags: "abdDfilmnpPrStJO",
    values: "oIex",
    long: "output= json fs all paths noheadings bytes nodeps raw list topology",
    operands: "files",
    opensNothing: true,
  },
  lsb_release: { flags: "acdirs", long: "all short description release codename id" },
  lscpu: { flags: "aeJpbc", long: "all json" },
  lsmod: none,
  lspci: { flags: "vnkmtD", values: "sd" },
  lsusb: { flags: "tv" },
  mount: { flags: "l" },
  netstat: { flags: "46acegilnNoprstuvwWx", long: "all numeric listening tcp udp programs" },
  "nvidia-smi": none,
  route: { flags: "en" },
  rpm: { words: "q qa qi ql qf qc qd qR qai", operands: names },
  ss: {
    flags: "046abdeHilmnoOprstuwxZ",
    values: "fA",
    long: "all listening numeric processes tcp udp raw unix summary info memory extended options resolve ipv4 ipv6 no-header oneline family=",
    operands: "words",
  },
  sysctl: { flags: "aneN", long: "all values names", operands: /^[A-Za-z0-9_.][A-Za-z0-9_./-]*$/ },
  timedatectl: { long: "no-pager", verbs: { status: none, show: none } },
  uname: {
    flags: "amnoprsvi",
    long: "all kernel-name kernel-release kernel-version machine nodename operating-system",
  },
  w: { flags: "fhisou", operands: names, most: 1 },
  who: { flags: "abdHlmpqrstTu", long: "all heading boot count", operands: /^am$|^i$/ },
  whoami: none,
  echo: { operands: "anything" },
  env: none,
  false: none,
  groups: { operands: names },
  history: { operands: digits, most: 1 },
  jobs: { flags: "lp" },
  logname: none,
  printenv: { flags: "0", operands: /^[A-Za-z_][A-Za-z0-9_]*$/ },
  pwd: { flags: "LP" },
  sleep: { operands: /^[0-9.]+[smh]?$/, most: 1 },
  true: none,
  tty: { flags: "s" },
  type: { flags: "apPt", operands: names },
  umask: { flags: "S" },
  users: none,
  whereis: { flags: "bms", operands: names },
  which: { flags: "a", operands: names },
};

function ipObjects(): Readonly<Record<string, Reader>> {
  const shown: Reader = { operands: names };
  const lists: Reader = { verbs: { show: shown, list: shown, ls: shown } };
  const routes: Reader = { verbs: { show: shown, list: shown, ls: shown, get: shown } };
  const spellings = "a addr address l link n neigh neighbour neighbor rule maddr maddress".split(" ");
  return { ...Object.fromEntries(spellings.map((name) => [name, lists])), r: routes, route: routes };
}
