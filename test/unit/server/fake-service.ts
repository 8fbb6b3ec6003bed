import { UserError } from "../../../src/base/user-error.ts";
import { FolderWatch } from "../../../src/platform/folder-watch.ts";
import type {
  Call,
  CommandOutcome,
  ExecuteRequest,
  InterruptOutcome,
  OpenOutcome,
  OutputOutcome,
  OutputRequest,
  SessionHandle,
  SessionService,
  SessionSummary,
} from "../../../src/sessions/outcome.ts";

/** What `execute` of the fake answers; `wait` follows the request and the client's patience. */
export type FakeAnswers = {
  readonly execute?: (request: ExecuteRequest, call: Call) => Promise<CommandOutcome>;
  readonly output?: (request: OutputRequest, call: Call) => Promise<OutputOutcome>;
  readonly interrupt?: (request: { readonly waitSeconds: number }) => Promise<InterruptOutcome>;
  readonly open?: () => Promise<OpenOutcome>;
  readonly list?: () => Promise<readonly SessionSummary[]>;
};

/** A service with one open session `web`, for tests of the protocol edge alone. */
export function fakeService(answers: FakeAnswers = {}): SessionService {
  return {
    listConfigs: async () => [
      {
        name: "prod",
        host: "10.0.0.1",
        user: "deploy",
        port: 22,
        auth: ["key"],
        hasInfo: true,
        openSessions: [],
      },
      { name: "bad", openSessions: [], problem: "host is missing (line 4)" },
    ],
    catalog: () => ({
      hosts: [
        { name: "prod", hasInfo: true, infoBytes: 27 },
        { name: "bad", hasInfo: false },
      ],
      sessions: [{ name: "web", connectionConfig: "prod", logBytes: 120 }],
    }),
    watch: () => new FolderWatch("/nowhere").subscribe(),
    warnings: () => [],
    transferDirs: () => ["/home/deploy/.mcp-ssh-interactive/transfers"],
    serverInfo: async (connectionConfigName) => ({
      connectionConfigName,
      infoFile: "prod.md",
      infoContent: "# Prod\nNever on Fridays.\n",
      truncated: false,
    }),
    open: async () => answers.open?.() ?? opened(),
    list: async () => answers.list?.() ?? [],
    find: async (name) => {
      if (name === "web") return fakeSession(answers);
      throw new UserError(
        "SESSION_NOT_FOUND",
        `there is no session ${name}`,
        "list_connections shows them.",
        {
          details: { names: ["web"] },
        },
      );
    },
    close: async ({ sessionName }) => ({
      sessionName,
      logFile: "logs/web.log",
      wasRunning: false,
      existed: sessionName === "web",
    }),
  };
}

export function opened(extra: Partial<OpenOutcome> = {}): OpenOutcome {
  return {
    ...terminal,
    connectionInfo: { host: "10.0.0.1", user: "deploy", port: 22 },
    hasServerInfo: false,
    banner: "Welcome\n",
    logFile: "logs/web.log",
    attachCommand: "tmux attach -t =web:",
    openedInMs: 812.4,
    checks: [],
    reconnected: false,
    ...extra,
  };
}

export function outcome(extra: Partial<CommandOutcome> = {}): CommandOutcome {
  return { ...terminal, output: "", totalLines: 0, waitSeconds: 0, ...extra };
}

const terminal = {
  sessionName: "web",
  connectionConfig: "prod",
  state: "idle",
  confidence: "exact",
  link: "ok",
  cursor: "1.91f2a",
} as const;

function fakeSession({ execute, output, interrupt }: FakeAnswers): SessionHandle {
  return {
    name: "web",
    execute: (request, call) =>
      execute?.(request, call) ??
      Promise.resolve(outcome({ command: request.command, waitSeconds: request.waitSeconds })),
    output: (request, call) =>
      output?.(request, call) ??
      Promise.resolve({ ...outcome({ waitSeconds: request.waitSeconds }), view: "scrollback" }),
    input: ({ waitSeconds }) =>
      Promise.resolve({ ...outcome({ waitSeconds }), view: "new", submitted: false }),
    sendSecret: ({ waitSeconds }) =>
      Promise.resolve({ ...outcome({ waitSeconds }), view: "new", submitted: true }),
    interrupt: (request) =>
      interrupt?.(request) ?? Promise.resolve({ ...outcome(request), interrupted: false }),
    humans: () => [],
    logPage: async () => ({
      sessionName: "web",
      first: "1.0",
      start: "1.0",
      end: "1.2s",
      last: "1.2s",
      before: [],
      lines: ["$ uptime", "up 3 days"],
      after: [],
      bytesUnrecorded: 0,
    }),
    history: async () => [],
    remoteFolders: async () => [],
    humanQuestion: async () => {
      throw new UserError("NOT_A_SECRET_PROMPT", "web asks for nothing hidden", "Look at it.");
    },
    search: () =>
      Promise.resolve({
        sessionName: "web",
        totalMatches: 0,
        isComplete: true,
        cursor: "1.91f2a",
        bytesSearched: 0,
        bytesMissed: 0,
        matches: [],
      }),
    transfer: ({ localPath, remotePath }) =>
      Promise.resolve({
        sessionName: "web",
        bytes: 0,
        durationMs: 1,
        sha256: "",
        checkedBy: "host",
        localPath,
        remotePath,
      }),
  };
}
