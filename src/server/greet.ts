import { isRecord } from "./is-record.ts";
import type { RequestId } from "./json-rpc.ts";
import type { ByteSink } from "./line-writer.ts";
import { initializeResult } from "./server-identity.ts";
import type { ByteReader } from "./stdio-transport.ts";

const maxLineBytes = 65_536;
const newline = 0x0a;

/** An `initialize` that has its answer, and the revision that was agreed on. */
export type Answered = { readonly id: RequestId; readonly version: string };

/** `reader` gives all input once more from its beginning. */
export type Greeted = { readonly reader: ByteReader; readonly answered: Answered | undefined };

/**
 * Answers the client's first line at once where that is a plain `initialize`, before the SDK is loaded, with what that
 * would answer; the SDK is given the line afterwards all the same. Whatever is not plain is left to it.
 */
export async function greet(
  reader: ByteReader,
  sink: ByteSink,
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<Greeted> {
  const chunks: Uint8Array[] = [];
  const line = await firstLine(reader, chunks, signal);
  const wanted = line === undefined ? undefined : readInitialize(line);
  if (wanted === undefined) return { reader: again(chunks, reader), answered: undefined };
  const { id } = wanted;
  const result = initializeResult(wanted.protocolVersion, version);
  sink.write(`${JSON.stringify({ result, jsonrpc: "2.0", id })}\n`);
  await sink.flush();
  return { reader: again(chunks, reader), answered: { id, version: result.protocolVersion } };
}

/** Undefined where the input ends before it does, or it is too long. What was read stands in `chunks`. */
async function firstLine(
  reader: ByteReader,
  chunks: Uint8Array[],
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const stopped = Promise.withResolvers<{ readonly done: true; readonly value?: undefined }>();
  const stop = () => stopped.resolve({ done: true });
  if (signal.aborted) return undefined;
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (let size = 0; size <= maxLineBytes;) {
      const { value, done } = await Promise.race([reader.read(), stopped.promise]);
      if (done || value === undefined) return undefined;
      chunks.push(value);
      const end = value.indexOf(newline);
      if (end >= 0) return Buffer.concat(chunks).subarray(0, size + end);
      size += value.length;
    }
    return undefined;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function again(chunks: readonly Uint8Array[], reader: ByteReader): ByteReader {
  const left = [...chunks];
  return {
    read: async () => {
      const value = left.shift();
      return value === undefined ? reader.read() : { done: false, value };
    },
    cancel: () => reader.cancel(),
  };
}

type Wanted = { readonly id: RequestId; readonly protocolVersion: string };

/** Only what the SDK's schema takes for certain; clients send hardly anything else. */
export function readInitialize(line: Uint8Array): Wanted | undefined {
  const message = parse(line);
  if (!hasOnly(message, ["jsonrpc", "id", "method", "params"])) return undefined;
  const { jsonrpc, id, method, params } = message;
  const isId = typeof id === "string" || Number.isSafeInteger(id);
  if (jsonrpc !== "2.0" || method !== "initialize" || !isId) return undefined;
  if (!hasOnly(params, ["protocolVersion", "capabilities", "clientInfo"])) return undefined;
  const { protocolVersion, capabilities, clientInfo } = params;
  if (typeof protocolVersion !== "string" || !isPlainClient(clientInfo) || !arePlain(capabilities))
    return undefined;
  return { id: typeof id === "string" ? id : Number(id), protocolVersion };
}

function isPlainClient(info: unknown): boolean {
  if (!hasOnly(info, ["name", "version", "title"])) return false;
  const { name, version, title = "" } = info;
  return [name, version, title].every((text) => typeof text === "string");
}

const optionsOf: Readonly<Record<string, readonly string[]>> = {
  roots: ["listChanged"],
  sampling: [],
  elicitation: ["form", "url"],
};

function arePlain(capabilities: unknown): boolean {
  if (!hasOnly(capabilities, Object.keys(optionsOf))) return false;
  return Object.entries(capabilities).every(([name, options]) => {
    if (!hasOnly(options, optionsOf[name] ?? [])) return false;
    return Object.values(options).every((value) =>
      name === "roots" ? typeof value === "boolean" : hasOnly(value, []),
    );
  });
}

function hasOnly(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return isRecord(value) && Object.keys(value).every((key) => keys.includes(key));
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch {
    return undefined;
  }
}
