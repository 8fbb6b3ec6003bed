import type { Reply } from "./control-client.ts";
import type { TmuxServer } from "./server.ts";
import { targetOf, tmuxSessionName } from "./target.ts";
import { command } from "./words.ts";

/** What the pane shows: `rows` lines without control characters, right-trimmed. Lines and title are remote text. */
export type ScreenCapture = {
  readonly lines: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly cursorX: number;
  readonly cursorY: number;
  readonly alternate: boolean;
  readonly title: string;
};

type Geometry = Omit<ScreenCapture, "lines">;

const geometryFormat =
  "#{session_name} #{pane_width} #{pane_height} #{cursor_x} #{cursor_y} #{alternate_on} #{pane_title}";

/** Undefined when tmux has no such session. */
export async function captureScreen(server: TmuxServer, name: string): Promise<ScreenCapture | undefined> {
  const target = targetOf(name);
  const geometryOf = (reply: Reply | undefined) => parseGeometry(name, reply?.lines[0] ?? "");
  const replies = await server.run(
    [
      command("display-message", "-p", "-t", target, geometryFormat),
      command("capture-pane", "-p", "-t", target),
    ],
    (earlier) => (earlier.length === 1 ? geometryOf(earlier[0])?.rows : undefined),
  );
  const geometry = geometryOf(replies[0]);
  const screen = replies[1];
  if (geometry === undefined || screen?.ok !== true) return undefined;
  return { ...geometry, lines: screen.lines.map(withoutControls) };
}

function parseGeometry(name: string, line: string): Geometry | undefined {
  const match = /^(\S+) (\d+) (\d+) (\d+) (\d+) ([01]) (.*)$/su.exec(line);
  if (match?.[1] !== tmuxSessionName(name)) return undefined;
  return {
    cols: Number(match[2]),
    rows: Number(match[3]),
    cursorX: Number(match[4]),
    cursorY: Number(match[5]),
    alternate: match[6] === "1",
    title: withoutControls(match[7] ?? ""),
  };
}

function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u{fffd}");
}
