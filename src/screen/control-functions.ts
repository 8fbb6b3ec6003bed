import { MISSING } from "./escape-parser.ts";
import type { Terminal } from "./terminal.ts";

/** Acts on a C0 control; those without effect on text are ignored. */
export function applyControl(terminal: Terminal, control: number): void {
  switch (control) {
    case 0x08:
      return terminal.backspace();
    case 0x09:
      return terminal.tab();
    case 0x0a:
    case 0x0b:
    case 0x0c:
      return terminal.lineFeed();
    case 0x0d:
      terminal.x = 0;
  }
}

/** ESC and one character. */
export function applyEscape(terminal: Terminal, intermediates: string, final: string): void {
  switch (intermediates + final) {
    case "7":
      return terminal.save();
    case "8":
      return terminal.restore();
    case "D":
      return terminal.lineFeed();
    case "E":
      terminal.x = 0;
      return terminal.lineFeed();
    case "H":
      return terminal.setTabStop(true);
    case "M":
      return terminal.reverseLineFeed();
    case "c":
      return terminal.reset();
    case "#8":
      return terminal.fillWithE();
  }
}

/** ESC [ … : `parameters` as the parser gives them. What is unknown, or holds sub-parameters, does nothing. */
export function applySequence(
  terminal: Terminal,
  intermediates: string,
  final: string,
  parameters: readonly number[],
): void {
  if (intermediates === "?" && (final === "h" || final === "l")) {
    for (const mode of parameters) applyPrivateMode(terminal, mode, final === "h");
  } else if (intermediates === "") {
    const first = parameters[0] ?? MISSING;
    if ("JKghlr".includes(final)) applySelection(terminal, final, parameters);
    else if (first >= MISSING) applyCounted(terminal, final, atLeastOne(first), parameters[1] ?? MISSING);
  }
}

function applyCounted(terminal: Terminal, final: string, count: number, second: number): void {
  const { page } = terminal;
  switch (final) {
    case "@":
      return terminal.insertCells(count);
    case "A":
      return terminal.moveUp(count);
    case "B":
      return terminal.moveDown(count);
    case "C":
      return terminal.moveRight(count);
    case "D":
      return terminal.moveLeft(count);
    case "E":
      terminal.x = 0;
      return terminal.moveDown(count);
    case "F":
      terminal.x = 0;
      return terminal.moveUp(count);
    case "G":
    case "`":
      return terminal.moveToColumn(count - 1);
    case "H":
    case "f":
      if (second < MISSING) return;
      terminal.moveToColumn(atLeastOne(second) - 1);
      return terminal.moveToRow(count - 1);
    case "L":
      return page.insertRows(terminal.y, count);
    case "M":
      return page.deleteRows(terminal.y, count);
    case "P":
      return terminal.deleteCells(count);
    case "S":
      return repeat(Math.min(count, page.bottom - page.top + 1), () => page.scrollUp());
    case "T":
      return repeat(Math.min(count, page.bottom - page.top + 1), () => page.scrollDown());
    case "X":
      return terminal.erase(terminal.x, terminal.x + count);
    case "Z":
      return terminal.backTab(count);
    case "d":
      return terminal.moveToRow(count - 1);
    case "s":
      return terminal.save();
    case "u":
      return terminal.restore();
  }
}

function applySelection(terminal: Terminal, final: string, parameters: readonly number[]): void {
  const [first = MISSING, second = MISSING] = parameters;
  if (final === "h" || final === "l") {
    if (parameters.includes(4)) terminal.inserts = final === "h";
    return;
  }
  if (first < MISSING || second < MISSING) return;
  switch (final) {
    case "J":
      return eraseInPage(terminal, Math.max(first, 0), Math.max(second, 0));
    case "K":
      return eraseInRow(terminal, Math.max(first, 0));
    case "g":
      if (first <= 0) terminal.setTabStop(false);
      else if (first === 3) terminal.clearTabStops();
      return;
    case "r":
      terminal.setScrollRegion(
        atLeastOne(first) - 1,
        (second === MISSING ? terminal.page.rows.length : atLeastOne(second)) - 1,
      );
  }
}

function eraseInPage(terminal: Terminal, part: number, variant: number): void {
  const { page, x, y } = terminal;
  if (part === 0 && x === 0 && y === 0) page.clear();
  else if (part === 0) {
    terminal.erase(x, page.cols);
    page.eraseRows(y + 1, page.rows.length);
  } else if (part === 1) {
    page.eraseRows(0, y);
    terminal.erase(0, x + 1);
  } else if (part === 2) page.clear();
  else if (part === 3 && variant === 0) page.scrollback.clear();
}

function eraseInRow(terminal: Terminal, part: number): void {
  if (part === 0) terminal.erase(terminal.x, terminal.page.cols);
  else if (part === 1) terminal.erase(0, terminal.x + 1);
  else if (part === 2) terminal.erase(0, terminal.page.cols);
}

function applyPrivateMode(terminal: Terminal, mode: number, on: boolean): void {
  switch (mode) {
    case 3:
      terminal.moveToColumn(0);
      terminal.moveToRow(0);
      return terminal.page.clear();
    case 6:
      return terminal.setOriginMode(on);
    case 7:
      terminal.wraps = on;
      return;
    case 47:
    case 1047:
    case 1049:
      if (on) terminal.showAlternate(mode === 1049);
      else terminal.showMain(mode === 1049);
  }
}

function atLeastOne(parameter: number): number {
  return Math.max(parameter, 1);
}

function repeat(count: number, act: () => void): void {
  for (let left = count; left > 0; left--) act();
}
