import { expect, test } from "bun:test";

import { runChaos } from "../../scripts/bench/lib/chaos/run-chaos.ts";

const seconds = 60;

// `scripts/bench/chaos --seed 6 --seconds 60 --sessions 6` is the same run, at any length.
test(
  "in a minute of calls to six sessions, while servers, ssh, sshd, recorders, links and tmux are killed and stalled, the oracle finds nothing untrue",
  async () => {
    const { violations, faults } = await runChaos({
      seed: 6,
      seconds,
      clients: 3,
      sessions: 6,
      everyMs: 1_500,
      isVerbose: false,
      mostViolations: 3,
    });
    expect(violations).toEqual([]);
    expect(faults.size).toBeGreaterThan(8);
  },
  (seconds + 120) * 1_000,
);
