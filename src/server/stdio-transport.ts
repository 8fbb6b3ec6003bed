import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

import { Batch, batchVersion } from "./batch.ts";
import { CallsInFlight } from "./calls-in-flight.ts";
import type { Answered } from "./greet.ts";
import {
  answeredId,
  makeFault,
  parseLine,
  readMessage,
  rpcCodes,
  type Fault,
  type Incoming,
  type RequestId,
} from "./json-rpc.ts";
import { LineReader, type Line } from "./line-reader.ts";
import { LineWriter, type ByteSink } from "./line-writer.ts";

const maxLineBytes = 16 * 1024 * 1024;

export type ByteReader = {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
};

/**
 * One JSON-RPC message a line. Whatever comes in is answered or ignored by the specification; nothing that a client
 * sends makes it throw.
 */
export class StdioTransport implements Transport {
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  readonly calls = new CallsInFlight();
  /** Resolves when nothing more will be read. */
  readonly inputEnded: Promise<void>;
  /** Resolves when nothing can be written any more. */
  readonly outputLost: Promise<void>;
  /** Resolves when a request has been answered. */
  readonly firstAnswer: Promise<void>;
  readonly #reader: ByteReader;
  readonly #writer: LineWriter;
  readonly #lines = new LineReader(maxLineBytes);
  readonly #batches = new Map<RequestId, Batch>();
  /** Our own requests that the client has not answered. */
  readonly #asked = new Set<RequestId>();
  readonly #endInput: () => void;
  readonly #noteAnswer: () => void;
  #answered: RequestId | undefined;
  #initializeId: RequestId | undefined;
  #version: string | undefined;

  /** The request `answered` has its answer already: one more is not sent. */
  constructor(reader: ByteReader, sink: ByteSink, answered?: Answered) {
    this.#answered = answered?.id;
    this.#version = answered?.version;
    this.#reader = reader;
    this.#writer = new LineWriter(sink);
    this.outputLost = this.#writer.lost;
    const ended = Promise.withResolvers<void>();
    this.inputEnded = ended.promise;
    this.#endInput = ended.resolve;
    const first = Promise.withResolvers<void>();
    this.firstAnswer = first.promise;
    this.#noteAnswer = first.resolve;
  }

  async start(): Promise<void> {
    void this.#read();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const id = answeredId(message);
    if (id === undefined) {
      if ("id" in message && message.id !== undefined) this.#asked.add(message.id);
      return this.#writer.write(message);
    }
    if (!this.calls.isOpen(id)) return;
    if (id === this.#initializeId) this.#noteVersion(message);
    if (id === this.#answered) {
      this.#answered = undefined;
      this.calls.settle(id);
      return this.#noteAnswer();
    }
    try {
      const batch = this.#batches.get(id);
      if (batch === undefined) await this.#writer.write(message);
      else await this.#answerInBatch(batch, id, message);
    } finally {
      this.calls.settle(id);
      this.#noteAnswer();
    }
  }

  /** Stops reading; answers can still be sent. */
  async stopReading(): Promise<void> {
    this.#endInput();
    await this.#reader.cancel().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.stopReading();
    this.onclose?.();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done || value === undefined) break;
        for (const line of this.#lines.push(value)) this.#receiveLine(line);
      }
      for (const line of this.#lines.end()) this.#receiveLine(line);
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#endInput();
    }
  }

  #receiveLine(line: Line): void {
    if (line.kind === "oversize") {
      const limit = `the line is longer than ${maxLineBytes} bytes`;
      return this.#refuse(makeFault(null, rpcCodes.parseError, limit));
    }
    const parsed = parseLine(line.bytes);
    if (parsed === undefined) return;
    if ("fault" in parsed) return this.#refuse(parsed.fault);
    if (Array.isArray(parsed.value)) return this.#receiveBatch(parsed.value);
    const fault = this.#receive(readMessage(parsed.value), undefined);
    if (fault !== undefined) this.#refuse(fault);
  }

  #receiveBatch(members: readonly unknown[]): void {
    if (members.length === 0 || this.#version !== batchVersion) {
      const reason =
        members.length === 0 ? "the batch is empty" : "batches are not part of this protocol version";
      return this.#refuse(makeFault(null, rpcCodes.invalidRequest, reason));
    }
    const batch = new Batch();
    for (const member of members) {
      const fault = this.#receive(readMessage(member), batch);
      if (fault !== undefined) batch.answer(fault);
    }
    batch.seal();
    void this.#writeBatch(batch);
  }

  /** Hands a message on, or says what is wrong with it. */
  #receive(incoming: Incoming, batch: Batch | undefined): Fault | undefined {
    switch (incoming.kind) {
      case "nothing":
        return undefined;
      case "fault":
        return incoming.fault;
      case "answer": {
        const { id } = incoming.answer;
        if (id !== undefined && this.#asked.delete(id)) this.onmessage?.(incoming.answer);
        return undefined;
      }
      case "notification":
        if (incoming.notification.method === "notifications/cancelled")
          this.#cancel(incoming.notification.params);
        this.onmessage?.(incoming.notification);
        return undefined;
      case "request": {
        const { id, method } = incoming.request;
        if (!this.calls.begin(id))
          return makeFault(id, rpcCodes.invalidRequest, "a request with this id is not answered yet");
        if (method === "initialize") this.#initializeId = id;
        if (batch !== undefined) {
          batch.expect(id);
          this.#batches.set(id, batch);
        }
        this.onmessage?.(incoming.request);
        return undefined;
      }
    }
  }

  #cancel(params: Readonly<Record<string, unknown>> | undefined): void {
    const id = params?.["requestId"];
    if ((typeof id !== "string" && typeof id !== "number") || id === this.#initializeId) return;
    this.calls.cancel(id);
    const batch = this.#batches.get(id);
    if (batch === undefined) return;
    this.#batches.delete(id);
    batch.settle(id);
    void this.#writeBatch(batch);
  }

  #refuse(fault: Fault): void {
    void this.#writer.write(fault);
  }

  async #answerInBatch(batch: Batch, id: RequestId, message: JSONRPCMessage): Promise<void> {
    this.#batches.delete(id);
    batch.answer(message);
    batch.settle(id);
    await this.#writeBatch(batch);
  }

  async #writeBatch(batch: Batch): Promise<void> {
    const answers = batch.takeAnswers();
    if (answers !== undefined) await this.#writer.write(answers);
  }

  #noteVersion(message: JSONRPCMessage): void {
    this.#initializeId = undefined;
    if (!("result" in message)) return;
    const version = message.result["protocolVersion"];
    if (typeof version === "string") this.#version = version;
  }
}
