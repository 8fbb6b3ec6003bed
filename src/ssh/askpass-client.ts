import { connect } from "node:net";

import type { AskpassReply } from "./askpass-server.ts";

type Reply = Exclude<AskpassReply, "wait">;

/** Asks the server that opened the session; where it is gone, a human must answer. */
export async function askForAnswer(socketPath: string, token: string, prompt: string): Promise<Reply> {
  let text = "";
  let isConnected = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(socketPath, () => {
    isConnected = true;
    socket.write(`${JSON.stringify([token, prompt])}\n`);
  });
  socket.setEncoding("utf8");
  socket.on("data", (part: string) => (text += part));
  socket.on("error", () => resolve());
  socket.on("close", () => resolve());
  await promise;
  return isConnected ? readReply(text) : "human";
}

/** A server that went away without a word leaves the question to a human. */
function readReply(text: string): Reply {
  if (text === "") return "human";
  const reply: unknown = JSON.parse(text);
  if (reply === "human" || reply === "refuse") return reply;
  const answer = typeof reply === "object" && reply !== null && "answer" in reply ? reply.answer : undefined;
  return typeof answer === "string" ? { answer } : "refuse";
}
