import { recordAct } from "../../policy/gatehouse.ts";
import { hasMaster, openSftpChannel, type MuxSession } from "../../ssh/mux.ts";
import { SftpClient } from "../../ssh/sftp/sftp-client.ts";
import { SftpLost, SftpRefusal } from "../../ssh/sftp/sftp-error.ts";
import { aboutCall, admitChange } from "../gate.ts";
import { look, lookAtPane, type Look, type SessionContext } from "../look.ts";
import type { Call } from "../outcome.ts";
import { disconnected, noSharedConnection } from "../refusals.ts";
import { withApproval } from "../with-approval.ts";
import { download } from "./download.ts";
import { explainLoss, missingFolder } from "./failure.ts";
import type { Job } from "./job.ts";
import { openLocalPlace } from "./local-place.ts";
import { findRemotePlace, type RemotePlace } from "./remote-place.ts";
import type { TransferOutcome, TransferRequest } from "./transfer-outcome.ts";
import { upload } from "./upload.ts";

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
  await admitTransfer(session, request, current, call);
  const progress = { bytes: 0, total: 0 };
  await using client = await openClient(session, call.signal);
  const remote = await locate(client, request.remotePath);
  const { direction, overwrite } = request;
  const job: Job = { session, call, client, direction, local, remote, overwrite, progress };
  const done = await (direction === "upload" ? upload(job) : download(job));
  const durationMs = performance.now() - startedAtMs;
  return {
    sessionName: session.record.session_name,
    ...done,
    durationMs,
    localPath: local.path,
    remotePath: remote.path,
  };
}

/** What comes down only reads. */
async function admitTransfer(
  session: SessionContext,
  { direction, localPath, remotePath, overwrite }: TransferRequest,
  current: Look,
  call: Call,
): Promise<void> {
  const { gatehouse } = session;
  gatehouse.pause.assertOff();
  const text = `upload ${localPath} to ${remotePath}${overwrite ? ", over what is there" : ""}`;
  const admit = () => admitChange(session, { what: "upload", text }, current, call);
  const { approvedBy: approved } =
    direction === "upload" ? await withApproval(session, { waitSeconds: 0, call }, admit) : {};
  const about = { ...aboutCall(session, call), direction, local: localPath, remote: remotePath };
  await recordAct(gatehouse, { act: "transfer", ...about, overwrite, approved });
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
