// Speed of the output path's two readers beside a plain search for line feeds in the same bytes:
//   bun scripts/bench/screen.ts [MB]
import { LineRenderer } from "../../src/screen/line-renderer.ts";
import { initialStreamState, scanStream } from "../../src/screen/stream-parser.ts";

const CHUNK_BYTES = 64 * 1024;
const ROUNDS = 5;
const megabytes = Math.max(1, Number(process.argv[2] ?? 16));

const samples: Record<string, string> = {
  "plain text": "The quick brown fox jumps over the lazy dog, and then it does so again, 77 by\r\n",
  "colours, as ls":
    "\u001b[0m\u001b[01;34mbin\u001b[0m  \u001b[01;36mlib64\u001b[0m  \u001b[01;32mrun.sh\u001b[0m\r\n",
  "tab-separated": "1024\troot\tadm\t-rw-r-----\t2026-01-01\tsyslog.1\r\n",
  cyrillic: "Съешь же ещё этих мягких французских булок, да выпей чаю\r\n",
  "cjk and emoji": "日本語のテキストと絵文字 🚀 を含む行です。\r\n",
  "progress bar": "\r\u001b[K 45% [#########           ] 12.3 MB/s",
};

const columns = ["sample", "line feeds", "scanStream", "ratio", "renderer", "ratio"];
console.log(columns.map((column) => column.padStart(15)).join(""));
for (const [name, line] of Object.entries(samples)) {
  const lineBytes = Buffer.from(line);
  const bytes = Buffer.alloc(Math.floor((megabytes * 1e6) / lineBytes.length) * lineBytes.length, lineBytes);
  const newlines = speed(bytes, countLineFeeds);
  const scan = speed(bytes, scanAll);
  const render = speed(bytes, renderAll);
  const cells = [name, newlines.toFixed(0), scan.toFixed(0), (newlines / scan).toFixed(2)];
  cells.push(render.toFixed(0), (newlines / render).toFixed(1));
  console.log(cells.map((cell) => cell.padStart(15)).join(""));
}
console.log("MB/s, the best of five rounds; a ratio is how many times slower than the search for line feeds");

function speed(bytes: Buffer, run: (bytes: Buffer) => void): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run(bytes);
    best = Math.min(best, performance.now() - start);
  }
  return bytes.length / 1e3 / best;
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

function scanAll(bytes: Buffer): void {
  let state = initialStreamState(0);
  for (const chunk of chunks(bytes)) ({ state } = scanStream(state, chunk, new Set([133])));
}

function renderAll(bytes: Buffer): void {
  const renderer = new LineRenderer({ cols: 200, rows: 50, maxLines: 1000 });
  for (const chunk of chunks(bytes)) renderer.write(chunk);
  renderer.read();
}

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}
