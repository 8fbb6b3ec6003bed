import { createHash } from "node:crypto";

import type { Policy } from "../config/connection-config.ts";
import type { Approval, AskedFor } from "../policy/approval.ts";
import type { InputPlace, Verdict } from "../policy/command-policy.ts";
import { recordAct, type Gatehouse } from "../policy/gatehouse.ts";
import { ApprovalNeeded } from "./approval-needed.ts";
import { prepareCommand } from "./command-text.ts";
import type { Look, SessionContext } from "./look.ts";
import type { Call, InputRequest } from "./outcome.ts";
import { approvalDeclined, policyDenied } from "./policy-refusals.ts";
import { busy } from "./refusals.ts";
import { whereNow } from "./terminal-facts.ts";

/** What may be typed after all: `text` is what a human has made of it where `edited` is set. */
export type Admission = { readonly text: string; readonly edited?: true; readonly approvedBy?: string };

type Wanted = Pick<AskedFor, "what" | "text">;

/** The policy that holds for the session's connection now; a weaker one of the configuration waits for a human. */
export function policyOf({ gatehouse, record }: SessionContext): Policy {
  const configured = gatehouse.configured(record.connection_config);
  return configured === undefined
    ? gatehouse.policies.last(record.connection_config)
    : gatehouse.policies.see(record.connection_config, configured).inForce;
}

type Ruling = { readonly policy: Policy; readonly asksForLess?: Approval };

/** As policyOf, and what a human has to say of the configuration's, where that lets more through than was accepted. */
async function ruling(
  { gatehouse, record: { connection_config, user, host, port } }: SessionContext,
  call: Call,
): Promise<Ruling> {
  const { configured, policies, approvals, mask } = gatehouse;
  const policy = configured(connection_config);
  if (policy === undefined) return { policy: policies.last(connection_config) };
  const { inForce, wanted } = await policies.note(connection_config, policy);
  if (wanted === undefined) return { policy: inForce };
  const text = JSON.stringify(wanted);
  const { approval } = await approvals.ask({
    what: "policy",
    text,
    masked: (await mask())(text),
    rule: "config.yml lets more through than the policy that was accepted last",
    connection: connection_config,
    address: `${user}@${host} port ${port}`,
    client: call.client,
    binding: text,
  });
  if (approval.state !== "approved" || !(await approvals.take(approval.id)))
    return { policy: inForce, asksForLess: approval };
  await recordAct(gatehouse, { act: "policy", connection: connection_config, policy: text, by: approval.by });
  await policies.accept(connection_config, wanted);
  return { policy: wanted };
}

/**
 * Whether `text` may be typed at the prompt that `current` shows; to be called under the input lock after the last mark.
 * Throws PAUSED_BY_HUMAN, POLICY_DENIED, APPROVAL_DECLINED, and ApprovalNeeded for what a human has not seen yet.
 */
export async function admitCommand(
  session: SessionContext,
  text: string,
  current: Look,
  call: Call,
): Promise<Admission> {
  session.gatehouse.pause.assertOff();
  const rules = await ruling(session, call);
  const { policy } = rules;
  if (letsAllThrough(policy)) return { text };
  const { judgeCommand } = await import("../policy/command-policy.ts");
  const verdict = isExactPrompt(current)
    ? judgeCommand(text, shellNow(session), policy)
    : notExact(judgeCommand(text, undefined, policy), policy);
  return admit(session, { what: "command", text }, { verdict, rules, current, call });
}

/** As admitCommand, for text and keys to what waits for them. */
export async function admitInput(
  session: SessionContext,
  request: InputRequest,
  current: Look,
  call: Call,
): Promise<Admission> {
  session.gatehouse.pause.assertOff();
  const rules = await ruling(session, call);
  const { policy } = rules;
  const { text, keys } = request;
  if (letsAllThrough(policy)) return { text };
  const place = placeOf(current);
  const { judgeInput } = await import("../policy/command-policy.ts");
  const judged = judgeInput({ text, keys }, place, policy, shellNow(session));
  const isSure = place !== "prompt" || isExactPrompt(current);
  const verdict = isSure ? judged : notExact(judged, policy);
  if (place === "prompt" && (text !== "" || keys.some((key) => !/^C-[cd]$/.test(key))))
    assertNothingInFront(session, current);
  const shown = [text, ...keys.map((key) => `<${key}>`)].join("");
  return admit(session, { what: "input", text: shown }, { verdict, rules, current, call });
}

/** The parser of lines is loaded only where a policy needs it. */
function letsAllThrough({ mode, deny }: Policy): boolean {
  return mode === "full" && deny.length === 0;
}

/** A line is judged whole, or not at all: what stands on it already would run with it. */
function assertNothingInFront(session: SessionContext, { typed = "" }: Look): void {
  if (typed !== "") throw busy(session, "a human has typed a line and not sent it");
}

/** For what is no shell's line: a file that goes up, a secret for another use than the one it is bound to. */
export async function admitChange(
  session: SessionContext,
  wanted: Wanted,
  current: Look,
  call: Call,
): Promise<Admission> {
  session.gatehouse.pause.assertOff();
  const rules = await ruling(session, call);
  const { mode } = rules.policy;
  const kinds = { full: "allow", confirm: "ask", "read-only": "deny" } as const;
  const rule = mode === "full" ? "the policy is full" : `the policy is ${mode}, and this changes something`;
  return admit(session, wanted, {
    verdict: { kind: kinds[mode], class: "changes", rule },
    rules,
    current,
    call,
  });
}

type Judged = {
  readonly verdict: Verdict;
  readonly rules: Ruling;
  readonly current: Look;
  readonly call: Call;
};

async function admit(
  session: SessionContext,
  wanted: Wanted,
  { verdict, rules, current, call }: Judged,
): Promise<Admission> {
  const { gatehouse } = session;
  switch (verdict.kind) {
    case "allow":
      return { text: wanted.text };
    case "deny":
      await recordAct(gatehouse, {
        act: "refused",
        ...aboutCall(session, call),
        ...wanted,
        rule: verdict.rule,
      });
      throw policyDenied(session, verdict, rules.asksForLess);
    case "ask":
      return askHuman(gatehouse, {
        ...wanted,
        ...whereOf(session, current),
        rule: verdict.rule,
        client: call.client,
        binding: wanted.what === "upload" ? bindingOfUpload(session) : bindingOf(session, current),
      });
  }
}

/** One that a human has agreed to is used up here, whatever comes of it. */
async function askHuman(gatehouse: Gatehouse, wanted: AskedFor): Promise<Admission> {
  const { approval, isNew } = await gatehouse.approvals.ask({
    ...wanted,
    masked: (await gatehouse.mask())(wanted.text),
  });
  const { id, what, text, session, connection, client, rule } = approval;
  if (isNew)
    await recordAct(gatehouse, { act: "asked", approval: id, what, text, session, connection, client, rule });
  if (approval.state === "declined") throw approvalDeclined(approval);
  if (approval.state !== "approved") throw new ApprovalNeeded(approval, isNew);
  if (!(await gatehouse.approvals.take(id))) throw new ApprovalNeeded({ ...approval, state: "used" }, false);
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

/** Any other input, another shell, another folder and a new connection each make another place of it. */
function bindingOf(session: SessionContext, current: Look): string {
  const {
    record: { incarnation, epoch },
    terminal,
  } = session;
  const { marks } = terminal;
  const place =
    isExactPrompt(current) && marks !== undefined
      ? [marks.aid, marks.counter, marks.where?.cwd ?? ""]
      : ["", terminal.offset, ""];
  return createHash("sha256")
    .update(JSON.stringify([incarnation, epoch, ...place]))
    .digest("hex")
    .slice(0, 32);
}

/** What runs may print meanwhile, but a line that was sent voids it. */
function bindingOfUpload({ record: { incarnation, epoch }, terminal: { marks } }: SessionContext): string {
  return JSON.stringify(["upload", incarnation, epoch, marks?.aid, marks?.counter]);
}

function isExactPrompt({ state, confidence }: Look): boolean {
  return state === "idle" && confidence === "exact";
}

/** Where no shell of ours tells its prompt, what is typed may go to anything. */
function notExact(verdict: Verdict, { mode }: Policy): Verdict {
  if (mode === "full") return verdict;
  const rule = "no shell that tells its prompts waits here, so what takes the input is not known";
  return { kind: mode === "confirm" ? "ask" : "deny", class: "unclear", rule };
}

function placeOf({ state, awaiting }: Look): InputPlace {
  if (state === "idle") return "prompt";
  if (awaiting?.kind === "pager") return "pager";
  return awaiting?.kind === "repl" ? "repl" : "other";
}

function shellNow({ record: { levels }, terminal: { marks } }: SessionContext): string | undefined {
  return levels.find(({ aid }) => aid === marks?.aid)?.shell;
}
