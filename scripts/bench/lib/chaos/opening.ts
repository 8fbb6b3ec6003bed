import type { Answered } from "./caller.ts";
import type { ChaosClient } from "./client.ts";
import type { SessionModel } from "./session-model.ts";
import type { Stage } from "./stage.ts";

const timeoutSeconds = 25;
export const leaving = "exit 7";
/** What ends its own shell may be told as lost or as ended. */
const ownEnds: ReadonlySet<string> = new Set(["shelldeath", "leave", "nest"]);

/** Opens the session, for the first time or again, and checks what is said of the time before. */
export async function openSession(
  stage: Stage,
  model: SessionModel,
  client: ChaosClient,
  step: string,
): Promise<void> {
  const exchange = await stage.caller.call(client, model, step, "open_connection", {
    connection_config_name: model.host.name,
    session_name: model.name,
    timeout_seconds: timeoutSeconds,
  });
  if (exchange === undefined) {
    model.phase = "maybe";
    return;
  }
  const { code, isError } = exchange.answer;
  if (code === "SESSION_EXISTS") return foundOpen(stage, model, exchange);
  stage.judge.state(exchange, model);
  if (isError) {
    // Its last step may have failed, or its first.
    if (model.phase === "closed") model.phase = "maybe";
    return;
  }
  checkLost(stage, model, exchange);
  checkContinued(stage, model, exchange);
  model.phase = "open";
  model.isKnown = true;
  model.mayBeForgotten = false;
  model.openedAtMs = exchange.fromMs;
  model.depth = 0;
}

/** It was opened by a call whose server was killed, or has not ended as was thought. */
function foundOpen({ caller }: Stage, model: SessionModel, exchange: Answered): void {
  if (model.phase === "closed") caller.violate(exchange, "a session exists that was closed");
  model.phase = "open";
  model.isKnown = true;
}

function checkLost({ caller, judge, journal }: Stage, model: SessionModel, exchange: Answered): void {
  journal.check("lost");
  const { lost } = exchange.answer.fields;
  const id: unknown = Object(lost ?? {}).command_id;
  if (id !== undefined) {
    const sent =
      model.history.find((each) => each.id === id) ?? model.pending.find((each) => each.id === undefined);
    // The line that leaves an inner shell is none of the plan's commands.
    if (sent === undefined && Object(lost).command !== leaving)
      caller.violate(exchange, "what is told as lost was never given");
    else if (sent?.wasEnded === true) caller.violate(exchange, "told as lost, but told as ended before");
    if (sent !== undefined) sent.wasLost = true;
  }
  for (const sent of model.pending) {
    const ran = judge.ranOf(sent);
    const isCut = sent.id !== undefined && ran.starts > 0 && ran.end === undefined;
    if (isCut && sent.wasLost !== true && !ownEnds.has(sent.command.kind))
      caller.violate(exchange, `${sent.id} was cut off, and is not told as lost`);
    model.isDone(sent);
  }
}

function checkContinued({ caller, journal }: Stage, model: SessionModel, exchange: Answered): void {
  journal.check("opened in place");
  const isAnew = exchange.answer.fields["reconnected"] !== true;
  if (isAnew && model.isKnown && !model.mayBeForgotten)
    caller.violate(exchange, "opened anew instead of in place");
  if (!isAnew && !model.isKnown && model.phase === "closed")
    caller.violate(exchange, "opened in place what was closed");
  if (isAnew) model.startAnew();
}
