import { UserError } from "../../base/user-error.ts";
import { recordAct } from "../../policy/gatehouse.ts";
import { hasMaster, openSftpChannel, type MuxSession } from "../../ssh/mux.ts";
import { SftpClient } from "../../ssh/sftp/sftp-client.ts";
import { SftpLost, SftpRefusal } from "../../ssh/sftp/sftp-error.ts";
import { aboutCall, admitUpload } from "../gate.ts";
import { look, lookAtPane, type SessionContext } from "../look.ts";
import type { Call } from "../outcome.ts";
import { policyOf } from "../policy-in-force.ts";
import { disconnected, noSharedConnection } from "../refusals.ts";
import { withApproval } from "../with-approval.ts";
import { download } from "./download.ts";
import { explainLoss, missingFolder } from "./failure.ts";
import type { Job } from "./job.ts";
import { openLocalPlace, type LocalPlace } from "./local-place.ts";
import { findRemotePlace, type RemotePlace } from "./remote-place.ts";
import type { TransferOutcome, TransferRequest } from "./transfer-outcome.ts";
import { contentOf, upload } from "./upload.ts";

/** In which a cancelled transfer may still remove what it wrote. */
const abortGraceMs = 3_000;

/** Copies one file over the session's own connection. Until it is whole it has another name, and the call's end removes it. */
export async function transferFile(
  session: SessionContext,
  request: TransferRequest,
  call: Call,
): Promise<TransferOutcome> {
  const startedAtMs = performance.now();
  using local = openLocalPlace(session.transferRules(), request.localPath);
  const current = await look(session, await lookAtPane(session));
  if (current.state === "disconnected") throw await disconnected(session);
  if (!hasMaster(session.mux)) throw noSharedConnection(session);
  const about = aboutTransfer(session, request, call);
  const approved = await admitTransfer(session, request, local, call);
  await recordAct(session.gatehouse, { ...about, overwrite: request.overwrite, approved: approved?.by });
  try {
    const outcome = await carryOut(session, request, { local, call, approvedSha256: approved?.sha256 });
    const { bytes, sha256 } = outcome;
    await recordAct(session.gatehouse, { ...about, bytes, sha256 }).catch(() => undefined);
    return { ...outcome, durationMs: performance.now() - startedAtMs };
  } catch (error) {
    const failed = error instanceof UserError ? error.code : "ended early";
    await recordAct(session.gatehouse, { ...about, failed }).catch(() => undefined);
    throw error;
  }
}

function aboutTransfer(session: SessionContext, request: TransferRequest, call: Call) {
  const { direction, localPath: local, remotePath: remote } = request;
  return { act: "transfer", ...aboutCall(session, call), direction, local, remote } as const;
}

type Means = {
  readonly local: LocalPlace;
  readonly call: Call;
  readonly approvedSha256: string | undefined;
};

async function carryOut(
  session: SessionContext,
  { direction, overwrite, remotePath }: TransferRequest,
  { local, call, approvedSha256 }: Means,
): Promise<Omit<TransferOutcome, "durationMs">> {
  const progress = { bytes: 0, total: 0 };
  await using client = await openClient(session, call.signal);
  const remote = await locate(client, remotePath);
  const facts = { session, call, client, direction, local, remote, overwrite, progress };
  const job: Job = { ...facts, ...(approvedSha256 === undefined ? {} : { approvedSha256 }) };
  const done = await (direction === "upload" ? upload(job) : download(job));
  return {
    sessionName: session.record.session_name,
    ...done,
    localPath: local.path,
    remotePath: remote.path,
  };
}

/** What comes down only reads. Of what goes up a human is shown the checksum too: another content needs another yes. */
async function admitTransfer(
  session: SessionContext,
  { direction, localPath, remotePath, overwrite }: TransferRequest,
  local: LocalPlace,
  call: Call,
): Promise<{ readonly by: string; readonly sha256: string } | undefined> {
  session.gatehouse.pause.assertOff();
  if (direction === "download") return undefined;
  const asks = policyOf(session).mode === "confirm";
  const content = asks ? await contentOf({ session, local }) : undefined;
  const of = content === undefined ? "" : ` (${content.bytes} bytes, sha256 ${content.sha256})`;
  const text = `upload ${localPath}${of} to ${remotePath}${overwrite ? ", over what is there" : ""}`;
  const admit = async () => {
    const current = await look(session, await lookAtPane(session));
    return admitUpload(session, text, current, call);
  };
  const { approvedBy } = await withApproval(session, { waitSeconds: 0, call }, admit);
  if (approvedBy === undefined) return undefined;
  if (content === undefined) throw noContent(session);
  return { by: approvedBy, sha256: content.sha256 };
}

/** The policy has become one that asks only now. */
function noContent({ record }: SessionContext): UserError {
  return new UserError(
    "APPROVAL_PENDING",
    `the policy of connection ${record.connection_config} has changed meanwhile; nothing was sent`,
    "Make just the same call again.",
  );
}

async function openClient(session: SessionContext, signal: AbortSignal): Promise<SftpClient> {
  signal.throwIfAborted();
  try {
    return await SftpClient.open(openChannel(session.mux, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SftpLost) throw explainLoss(error, { session, progress: { bytes: 0, total: 0 } });
    throw error;
  }
}

/** A host that answers no more does not keep a cancelled call. */
function openChannel(mux: MuxSession, signal: AbortSignal): ReturnType<typeof openSftpChannel> {
  const channel = openSftpChannel(mux);
  const giveUp = () => void setTimeout(() => void channel.close(), abortGraceMs);
  signal.addEventListener("abort", giveUp, { once: true });
  return {
    ...channel,
    close: () => {
      signal.removeEventListener("abort", giveUp);
      return channel.close();
    },
  };
}

async function locate(client: SftpClient, remotePath: string): Promise<RemotePlace> {
  try {
    return await findRemotePlace(client, remotePath);
  } catch (error) {
    if (error instanceof SftpRefusal) throw missingFolder(remotePath);
    throw error;
  }
}
