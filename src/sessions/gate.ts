import type { Policy } from "../config/connection-config.ts";
import type { AskedFor } from "../policy/approval.ts";
import type { CommandClass, InputPlace, Verdict } from "../policy/command-policy.ts";
import { recordAct, type Gatehouse } from "../policy/gatehouse.ts";
import { ApprovalNeeded } from "./approval-needed.ts";
import { bindingOf, bindingOfSecret, bindingOfUpload, isExactPrompt } from "./approval-place.ts";
import { prepareCommand } from "./command-text.ts";
import { renderProgram } from "./front-programs.ts";
import type { HiddenQuestion } from "./hidden-question.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Call, InputRequest } from "./outcome.ts";
import { ruling } from "./policy-in-force.ts";
import { approvalDeclined, policyDenied } from "./policy-refusals.ts";
import { busy } from "./refusals.ts";
import { commandInFront } from "./sent-command.ts";
import { whereNow } from "./terminal-facts.ts";

/** What may be typed after all: `text` is what a human has made of it where `edited` is set. */
export type Admission = { readonly text: string; readonly edited?: true; readonly approvedBy?: string };

/** `binding`: the very place that it may be typed at. Where a shell waits there, it says itself where that is. */
type Wanted = Pick<AskedFor, "what" | "text" | "binding" | "asks" | "user" | "host" | "cwd">;

/** What a policy says to it; throws for what no policy lets through. */
type Judge = (policy: Policy) => Verdict | Promise<Verdict>;

/**
 * Whether `text` may be typed at the prompt that `current` shows; to be called under the input lock after the last mark.
 * Throws PAUSED_BY_HUMAN, POLICY_DENIED, APPROVAL_DECLINED, and ApprovalNeeded for what a human has not seen yet.
 */
export function admitCommand(
  session: SessionContext,
  text: string,
  current: Look,
  call: Call,
): Promise<Admission> {
  const wanted = { what: "command", text, binding: bindingOf(session, current) } as const;
  return admit(session, wanted, { current, call }, async (policy) => {
    if (letsAllThrough(policy)) return allowed;
    const { judgeCommand } = await import("../policy/command-policy.ts");
    return isExactPrompt(current)
      ? judgeCommand(text, shellNow(session), policy)
      : notExact(judgeCommand(text, undefined, policy), policy);
  });
}

/** As admitCommand, for text and keys to what waits for them. */
export function admitInput(
  session: SessionContext,
  { text, keys }: InputRequest,
  current: Look,
  call: Call,
): Promise<Admission> {
  const shown = [text, ...keys.map((key) => `<${key}>`)].join("");
  const wanted = { what: "input", text: shown, binding: bindingOf(session, current) } as const;
  return admit(session, wanted, { current, call }, async (policy) => {
    if (letsAllThrough(policy)) return allowed;
    const place = placeOf(current);
    const { judgeInput } = await import("../policy/command-policy.ts");
    const judged = judgeInput({ text, keys }, place, policy, shellNow(session));
    if (place !== "prompt") return judged;
    if (text !== "" || keys.some((key) => !/^C-[cd]$/.test(key))) assertNothingInFront(session, current);
    return isExactPrompt(current) ? judged : notExact(judged, policy);
  });
}

/** As admitCommand, for a file that goes up. */
export function admitUpload(
  session: SessionContext,
  text: string,
  current: Look,
  call: Call,
): Promise<Admission> {
  const wanted = { what: "upload", text, binding: bindingOfUpload(session) } as const;
  return admit(session, wanted, { current, call }, ({ mode }) =>
    mode === "full" ? allowed : refused(mode, "changes", `the policy is ${mode}, and this changes something`),
  );
}

type SecretWanted = {
  readonly name: string;
  readonly question: HiddenQuestion;
  /** Why it does not go there by itself, in our words. */
  readonly reason: string;
  /** The yes is used up only then. */
  readonly isGiven: boolean;
};

/** As admitCommand, for a secret at a question that it is not bound to: no policy lets that through by itself. */
export async function admitSecret(
  session: SessionContext,
  { name, question, reason, isGiven }: SecretWanted,
  current: Look,
  call: Call,
): Promise<Admission> {
  const hide = await session.gatehouse.mask();
  const asks = {
    programs: question.front.map(renderProgram).map(hide),
    prompt: hide(question.line),
    isTold: question.asker === "hidden",
    command: hide(commandInFront(session) ?? ""),
  };
  const { user, host, cwd } = session.terminal.marks?.where ?? {};
  const binding = bindingOfSecret(session, question);
  const wanted = { what: "secret", text: name, binding, asks, user, host, cwd } as const;
  return admit(session, wanted, { current, call, isGiven }, ({ mode }) =>
    refused(mode, "unclear", `the secret does not go there by itself: ${reason}`),
  );
}

/** The parser of lines is loaded only where a policy needs it. */
function letsAllThrough({ mode, deny }: Policy): boolean {
  return mode === "full" && deny.length === 0;
}

/** A line is judged whole, or not at all: what stands on it already would run with it. */
function assertNothingInFront(session: SessionContext, { typed = "" }: Look): void {
  if (typed !== "") throw busy(session, "a human has typed a line and not sent it");
}

type At = { readonly current: Look; readonly call: Call; readonly isGiven?: boolean };

async function admit(
  session: SessionContext,
  wanted: Wanted,
  { current, call, isGiven = true }: At,
  judge: Judge,
): Promise<Admission> {
  const { gatehouse } = session;
  gatehouse.pause.assertOff();
  const { policy, asksForLess } = await ruling(session, call);
  const verdict = await judge(policy);
  const { kind, rule } = verdict;
  const { what, text } = wanted;
  switch (kind) {
    case "allow":
      return { text };
    case "deny":
      await recordAct(gatehouse, { act: "refused", ...aboutCall(session, call), what, text, rule });
      throw policyDenied(session, verdict, asksForLess);
    case "ask":
      return askHuman(
        gatehouse,
        { ...whereOf(session, current), ...wanted, rule, client: call.client },
        isGiven,
      );
  }
}

/** One that a human has agreed to is used up here where it `isGiven`, whatever comes of it. */
async function askHuman(gatehouse: Gatehouse, wanted: AskedFor, isGiven: boolean): Promise<Admission> {
  const masked = (await gatehouse.mask())(wanted.text);
  const { approval, isNew } = await gatehouse.approvals.ask({ ...wanted, masked });
  const { id, what, text, asks, session, connection, client, rule } = approval;
  const facts = { approval: id, what, text, ...asks, session, connection, client, rule };
  if (isNew) await recordAct(gatehouse, { act: "asked", ...facts });
  if (approval.state === "declined") throw approvalDeclined(approval);
  if (approval.state !== "approved") throw new ApprovalNeeded(approval, isNew);
  if (isGiven && !(await gatehouse.approvals.take(id)))
    throw new ApprovalNeeded({ ...approval, state: "used" }, false);
  const { edited, by = "" } = approval;
  const isEdited = edited !== undefined && edited !== wanted.text;
  return {
    text: isEdited ? prepareCommand(edited) : wanted.text,
    approvedBy: by,
    ...(isEdited ? { edited: true } : {}),
  };
}

/** Who asks for what in which session, as it is recorded. */
export function aboutCall({ record: { session_name, connection_config } }: SessionContext, call: Call) {
  return { session: session_name, connection: connection_config, client: call.client };
}

function whereOf(
  session: SessionContext,
  current: Look,
): Pick<AskedFor, "session" | "connection" | "address" | "user" | "host" | "cwd"> {
  const { session_name, connection_config, user: login, host: address, port } = session.record;
  const { user, host, cwd } = whereNow(session, current) ?? {};
  return {
    session: session_name,
    connection: connection_config,
    address: `${login}@${address} port ${port}`,
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}

/** Where no shell of ours tells its prompt, what is typed may go to anything. */
function notExact(verdict: Verdict, { mode }: Policy): Verdict {
  if (mode === "full") return verdict;
  return refused(
    mode,
    "unclear",
    "no shell that tells its prompts waits here, so what takes the input is not known",
  );
}

function refused(mode: Policy["mode"], kind: CommandClass, rule: string): Verdict {
  return { kind: mode === "read-only" ? "deny" : "ask", class: kind, rule };
}

const allowed: Verdict = { kind: "allow", class: "unclear", rule: "the policy is full" };

function placeOf({ state, awaiting }: Look): InputPlace {
  if (state === "idle") return "prompt";
  if (awaiting?.kind === "pager") return "pager";
  return awaiting?.kind === "repl" ? "repl" : "other";
}

function shellNow({ record: { levels }, terminal: { marks } }: SessionContext): string | undefined {
  return levels.find(({ aid }) => aid === marks?.aid)?.shell;
}
