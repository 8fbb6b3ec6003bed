/** What was typed, by whomever, and what kept it from being typed: shown unless others are asked for. */
export const inputKinds = [
  "command",
  "input",
  "interrupt",
  "secret",
  "transfer",
  "human",
  "typing",
  "answer",
  "asked",
  "approved",
  "declined",
  "refused",
  "policy",
  "pause",
  "resume",
] as const;

export const entryKinds = [...inputKinds, "open", "close", "trust", "prune"] as const;
