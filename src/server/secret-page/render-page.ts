import { createHash } from "node:crypto";

import type { HumanQuestion } from "../../sessions/human-question.ts";
import { cleanField } from "../remote-text.ts";

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 34rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; line-height: 1.3; }
pre { white-space: pre-wrap; border: 1px solid GrayText; border-radius: .25rem; padding: .5rem; }
label, .note { display: block; margin-top: 1rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; margin-top: .25rem; }
button { font: inherit; padding: .6rem 1.2rem; margin: 1rem .5rem 0 0; }
.alert { border-left: .25rem solid #c40; padding-left: .75rem; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;

/** Of the policy that lets the page's own style alone be used. */
export const styleHash = `sha256-${createHash("sha256").update(style).digest("base64")}`;

/** A form for one answer; `alert` says what became of the last one. */
export function renderQuestionPage(question: HumanQuestion, alert: string | undefined): string {
  const { sessionName, place, line, asker, programs } = question;
  const where = `${place.user}@${place.host} port ${place.port}`;
  const who =
    asker === "ssh"
      ? `This machine's ssh asks, before it is logged in to ${where}.`
      : `A program on ${where} asks. The host names it: ${programs.map(cleanField).join(", ") || "unknown"}.`;
  const doubt =
    asker === "untold"
      ? `<p class="note alert">The host cannot tell whether what is typed there is shown. If it is, the answer is not sent.</p>`
      : "";
  return renderDocument(
    `Session ${sessionName} asks`,
    `${alert === undefined ? "" : `<p class="alert" role="alert">${escapeHtml(alert)}</p>`}
<p>${escapeHtml(who)}</p>
<p id="q">The question, as the host words it:</p>
<pre>${escapeHtml(cleanField(line) || "(nothing is shown)")}</pre>
${doubt}<form method="post" autocomplete="off">
<label for="answer">Your answer</label>
<input id="answer" name="answer" type="password" maxlength="1000" required autofocus autocomplete="off" spellcheck="false" aria-describedby="q hint">
<p class="note" id="hint">Answer only if you expect this question. What you type goes into the session as if you typed it there; the agent and its model do not see it.</p>
<button name="do" value="answer">Answer</button>
<button name="do" value="refuse" formnovalidate>Do not answer</button>
</form>`,
  );
}

export function renderEndPage(words: string): string {
  return renderDocument(words, "<p>You can close this page.</p>");
}

function renderDocument(title: string, body: string): string {
  const shown = escapeHtml(title);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${shown}</title><style>${style}</style></head>
<body><main><h1>${shown}</h1>
${body}
</main></body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
