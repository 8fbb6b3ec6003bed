import { atLeast, type TmuxVersion } from "./version.ts";

type Lack = { readonly below: `${number}.${number}`; readonly lacks: string; readonly instead: string };

/** What users may notice; what only takes another way of ours is not here. */
const lacks: readonly Lack[] = [
  {
    below: "2.9",
    lacks: "a window keeps no size of its own",
    instead: "it takes that of a terminal which is attached with tmux itself",
  },
  {
    below: "2.9",
    lacks: "a pane that has died cannot be used again",
    instead: "a reconnect begins with an empty scrollback; the log goes on",
  },
  {
    below: "3.2",
    lacks: "a client cannot refuse output",
    instead: "ours stands in a session of its own, which prints nothing",
  },
  {
    below: "3.3",
    lacks: "it passes escape sequences of a host on to a terminal that is attached with tmux itself",
    instead: "attach warns, attach --read-only and watch draw by themselves",
  },
];

/** In words, with what is done in its place. */
export function lacksOf(version: TmuxVersion): string[] {
  return lacks
    .filter(({ below }) => !atLeast(version, below))
    .map(({ below, lacks: lack, instead }) => `below ${below} ${lack} (${instead})`);
}
