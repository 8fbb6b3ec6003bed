import * as fc from "fast-check";

import { UserError } from "../../src/base/user-error.ts";
import { printable, printableLine } from "../../src/cli/printable.ts";
import { createMask } from "../../src/policy/mask.ts";
import { boundOutput } from "../../src/server/bound-output.ts";
import { cautionAbout } from "../../src/server/caution.ts";
import { fence } from "../../src/server/fence.ts";
import { presentError } from "../../src/server/present-error.ts";
import { cleanField, cleanText } from "../../src/server/remote-text.ts";
import { renderReply } from "../../src/server/response.ts";
import { remoteText } from "./soup.ts";
import { holds, same, target, type Target } from "./target.ts";

const bounds = fc.record({
  numLines: fc.integer({ min: 1, max: 50 }),
  maxChars: fc.integer({ min: 1_000, max: 4_000 }),
  keep: fc.constantFrom("tail" as const, "both" as const),
});
const unseen = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u3164]|[\u{e0100}-\u{e01ef}]/u;

/** What becomes of a host's text before a model or a human reads it. */
export const textTargets: readonly Target[] = [
  target("clean text", 30, remoteText, (text) => {
    const clean = cleanText(text);
    holds("no controls but tab and line feed", !/[^\P{Cc}\t\n]/u.test(clean));
    holds("nothing unseen", !unseen.test(clean));
    holds("well-formed", clean.isWellFormed());
    same("cleaned twice", cleanText(clean), clean);
    const field = cleanField(text);
    holds("a field is one short line", field.length <= 256 && !/[\n\t]/.test(field));
    cautionAbout(clean);
  }),
  target("text on a human's terminal", 30, remoteText, (text) => {
    holds("no control", !/[\p{Cc}\p{Cf}]/u.test(printable(text)));
    holds("no control in a line", !/[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/u.test(printableLine(text)));
  }),
  target("fence", 30, remoteText, (text) => {
    const lines = fence("remote", text).split("\n");
    const tag = /^<<remote ([A-Z2-9]{4})$/.exec(lines[0] ?? "")?.[1] ?? "";
    holds("there is a tag", tag !== "");
    same("the end", lines.at(-1), `${tag}>>`);
    holds("the text has no end of its own", !text.includes(tag));
  }),
  target("bounded output", 6, fc.tuple(remoteText, fc.nat(40), bounds), ([text, times, within]) => {
    const { output, lines } = boundOutput({ output: text.repeat(times) }, within);
    holds("within max_chars", output.length <= within.maxChars);
    holds("within num_lines", lines <= within.numLines);
  }),
  target("result", 8, fc.tuple(remoteText, remoteText), ([output, short]) => {
    const cwd = cleanField(short);
    const facts = {
      state: "idle",
      where: { user: cwd, host: cwd, cwd },
      awaiting: { kind: "text", prompt: cwd },
    };
    const blocks = [{ name: "output", label: "remote", text: cleanText(output) }] as const;
    const { content } = renderReply(
      { lead: "s", message: "at the prompt", facts, blocks },
      { textOnly: false },
    );
    const text = content[0]?.type === "text" ? content[0].text : "";
    const before = text
      .split(/^(?:<<remote |\(no output\))/m, 1)
      .join("")
      .split("\n");
    holds("our own lines are as many as without it", before.length <= 6);
    holds(
      "none of them is a host's",
      before.slice(1).every((line) => /^(?:at the prompt|awaiting: \{|caution: "|)/.test(line)),
    );
  }),
  target("error", 10, remoteText, (text) => {
    const error = new UserError("SESSION_BUSY", "a command runs", "Wait.", {
      details: { screen: text, command: text, where: { cwd: text } },
    });
    const { content, structuredContent } = presentError(error, { textOnly: false });
    const shown = content[0]?.type === "text" ? content[0].text : "";
    same("the first lines", shown.split("\n").slice(0, 2), ["SESSION_BUSY: a command runs", "hint: Wait."]);
    holds("bounded", shown.length < 12_000 && JSON.stringify(structuredContent).length < 60_000);
  }),
  target("mask", 15, fc.tuple(remoteText, fc.nat(400)), ([text, at]) => {
    const secret = "geheim-Wort 7";
    const masked = createMask([secret], [])(text.slice(0, at) + secret + text.slice(at));
    holds("the secret is gone", !masked.includes(secret));
  }),
];
