type Pick = (below: number) => number;

/** Random output of the sequences that the renderer knows, as ASCII text; the same for the same seed. */
export function controlSoup(seed: number): string {
  const pick = generator(seed);
  const count = (): string => (pick(4) === 0 ? "" : String(pick(30)));
  const oneOf = (letters: string): string => letters[pick(letters.length)] ?? "";
  const makers = [
    () => word(pick),
    () => `${word(pick)} `,
    () => `${word(pick)} ${word(pick)}`,
    () => "x".repeat(pick(200)),
    () => "\r\n",
    () => "\r\n",
    () => oneOf("\n\r\t\v\f"),
    () => "\b".repeat(pick(5)),
    () => `\u001b[${count()}${oneOf("ABCDEFGd`Z")}`,
    () => `\u001b[${count()};${count()}${oneOf("Hf")}`,
    () => `\u001b[${["", "0", "1", "2"][pick(4)]}${oneOf("JK")}`,
    () => `\u001b[${count()}${oneOf("PX")}`,
    // tmux 3.3a clears too little where more is inserted than is left to move: so neither there nor outside a region.
    () => `\u001b[${pick(30)}G\u001b[${pick(20)}@`,
    () => `\u001b7\u001b[r\u001b8\u001b[${count()}${oneOf("LM")}`,
    () => `\u001b[4;20r\u001b[${4 + pick(16)}H\u001b[${count()}${oneOf("LM")}`,
    () => `\u001b[${pick(4)}${oneOf("ST")}`,
    () => `\u001b[${pick(24)};${pick(26)}r`,
    () => "\u001b[r",
    () => `\u001b${oneOf("78DEM")}`,
    () => `\u001b[${oneOf("su")}`,
    () => `\u001b[${pick(108)}m`,
    () => `\u001b]0;${word(pick)}\u0007`,
    () => `\u001b]8;;${word(pick)}\u001b\\`,
    () => `\u001bPq${word(pick)}\u001b\\`,
    () => `a\u001b[${pick(100)}b`,
    () => `\u001b[?7${oneOf("hlhh")}`,
    () => `\u001b[?6${oneOf("hl")}`,
    () => `\u001b[?1049h${word(pick)}\u001b[2;3H${word(pick)}\u001b[?1049l`,
    () => `\u001b[?47h${word(pick)}\r\n\u001b[?47l`,
    () => `\u001b[${pick(3)}\r3C`,
    () => (pick(20) === 0 ? "\u001b[3J" : ""),
    () => (pick(30) === 0 ? "\u001bc" : ""),
  ];
  return Array.from({ length: 120 }, () => makers[pick(makers.length)]?.() ?? "").join("");
}

/** Text of all widths with the cursor movements of line-oriented programs. */
export function textSoup(seed: number): string {
  const pick = generator(seed);
  const scripts = ["привет", "日本語", "한국", "é̂", "🚀", "─│┌", "naïve", "क्षि"];
  const makers = [
    () => word(pick),
    () => `${word(pick)} `,
    () => scripts[pick(scripts.length)] ?? "",
    () => (scripts[pick(scripts.length)] ?? "").repeat(pick(40)),
    () => "x".repeat(pick(300)),
    () => "\r\n",
    () => "\r\n",
    () => `\u001b[${pick(108)}m`,
    () => `\r${word(pick)}`,
    () => `\u001b]0;${word(pick)}\u0007`,
  ];
  return Array.from({ length: 160 }, () => makers[pick(makers.length)]?.() ?? "").join("");
}

function word(pick: Pick): string {
  return Array.from({ length: 1 + pick(12) }, () => String.fromCharCode(0x21 + pick(90))).join("");
}

/** Mulberry32. */
export function generator(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
