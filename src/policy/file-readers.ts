import type { Reader } from "./reader.ts";

const grep: Reader = {
  flags: "abcEFGhHilLnoPqrRsTvwxyzZ0123456789",
  values: "ABCDdefm",
  long:
    "include= exclude= exclude-dir= exclude-from= color[=] colour[=] line-number ignore-case invert-match recursive count files-with-matches files-without-match " +
    "word-regexp line-regexp only-matching quiet silent no-messages with-filename no-filename extended-regexp fixed-strings perl-regexp text null null-data " +
    "max-count= after-context= before-context= context= regexp= file= binary-files= line-buffered byte-offset",
  operands: "files",
};

const sums: Reader = { flags: "bctz", long: "check quiet status tag", operands: "files" };

/** Commands on files and streams of text. */
export const fileReaders: Readonly<Record<string, Reader>> = {
  basename: { flags: "az", values: "s", operands: "words", opensNothing: true },
  base64: { flags: "di", values: "w", operands: "files", most: 1 },
  cat: { flags: "AbeEnstTuv", long: "number show-all show-ends show-tabs", operands: "files" },
  cksum: { operands: "files" },
  cmp: { flags: "bls", values: "n", operands: "files", most: 2 },
  comm: { flags: "123z", operands: "files", most: 2 },
  cut: {
    flags: "snz",
    values: "bcdf",
    long: "complement output-delimiter= delimiter= fields=",
    operands: "files",
  },
  df: {
    flags: "ahHiklPTm",
    values: "txB",
    long: "human-readable inodes local total output[=] type= exclude-type=",
    operands: "files",
    opensNothing: true,
  },
  diff: {
    flags: "abBcdeiNqrstuwyEZ",
    values: "CIUWxX",
    long: "brief recursive unified[=] color[=] side-by-side suppress-common-lines new-file exclude= width=",
    operands: "files",
    most: 2,
  },
  dirname: { flags: "z", operands: "words", opensNothing: true },
  du: {
    flags: "0abcDhHklLmPsSx",
    values: "Bdt",
    long: "all apparent-size bytes total human-readable max-depth= summarize one-file-system exclude= time[=] threshold= si",
    operands: "files",
    opensNothing: true,
  },
  egrep: grep,
  expand: { values: "t", operands: "files" },
  fgrep: grep,
  file: { flags: "bhiLN", long: "brief mime mime-type mime-encoding dereference", operands: "files" },
  find: {
    words:
      "L H P xdev mount depth daystart follow noleaf readable writable executable empty true false prune print print0 ls quit nouser nogroup a o and or not " +
      "name= iname= path= ipath= wholename= lname= ilname= type= xtype= maxdepth= mindepth= size= mtime= mmin= ctime= cmin= atime= amin= newer= newermt= anewer= " +
      "cnewer= user= group= uid= gid= perm= links= inum= samefile= regex= iregex= regextype= fstype= printf=",
    operands: "files",
    opensNothing: true,
  },
  fold: { flags: "bs", values: "w", operands: "files" },
  head: { flags: "qvz", values: "cn", long: "lines= bytes= quiet verbose", numbers: true, operands: "files" },
  grep,
  hexdump: { flags: "bcCdovx", values: "ns", operands: "files" },
  jq: {
    flags: "aceCjMnrRsS",
    long: "compact-output raw-output raw-input slurp null-input sort-keys exit-status tab join-output",
    operands: "words",
  },
  ls: {
    flags: "1aAbBcCdfFgGhHiIklLmnNopqQrRsStuUvxXZ",
    values: "Tw",
    long:
      "all almost-all directory human-readable inode recursive reverse size full-time group-directories-first color[=] " +
      "time= sort= time-style= format= block-size= indicator-style= classify[=] numeric-uid-gid no-group",
    operands: "files",
    opensNothing: true,
  },
  md5sum: sums,
  nl: { flags: "p", values: "bdfhilnsvw", operands: "files" },
  od: { flags: "abcdfiloxsv", values: "AjNtw", operands: "files" },
  paste: { flags: "sz", values: "d", operands: "files" },
  readlink: { flags: "efmnqsvz", long: "canonicalize", operands: "files", opensNothing: true },
  realpath: { flags: "emLPqsz", operands: "files", opensNothing: true },
  rev: { operands: "files" },
  sha1sum: sums,
  sha256sum: sums,
  sha512sum: sums,
  sort: {
    flags: "bcCdfghiMmnrRsuVz",
    values: "kt",
    long: "unique reverse numeric-sort human-numeric-sort version-sort key= field-separator= ignore-case stable zero-terminated general-numeric-sort check[=]",
    operands: "files",
  },
  stat: {
    flags: "fLt",
    values: "c",
    long: "format= printf= terse dereference file-system",
    operands: "files",
    opensNothing: true,
  },
  strings: { flags: "a", values: "nt", operands: "files" },
  tac: { flags: "br", values: "s", operands: "files" },
  tail: {
    flags: "fFqrvz",
    values: "cns",
    long: "lines= bytes= follow[=] retry quiet verbose pid= sleep-interval=",
    numbers: true,
    operands: "files",
  },
  tr: { flags: "cCdst", long: "delete squeeze-repeats complement truncate-set1", operands: "words" },
  tree: {
    flags: "aCdDfFhiNpsugx",
    values: "LIP",
    long: "dirsfirst noreport du inodes prune gitignore",
    operands: "files",
    opensNothing: true,
  },
  // A second operand is the file that uniq writes.
  uniq: {
    flags: "cdDiuz",
    values: "fsw",
    long: "count repeated unique ignore-case",
    operands: "words",
    most: 1,
    optionsFirst: true,
  },
  wc: { flags: "clLmw", long: "lines words bytes chars max-line-length", operands: "files" },
  column: { flags: "tnx", values: "cos", long: "table separator=", operands: "files" },
};
