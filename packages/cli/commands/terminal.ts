import { startGateway } from '@coinbox/terminal';
import { reportFault, stayUp } from './run.ts';
import type { RunOptions } from './run.ts';

export type RunTerminal = RunOptions & {
  /** A paid session that does not start gives the money back after so many seconds. */
  readonly startWithin?: number;
  /**
   * A delivered session that gets no bill it can pay gives the money back after so many seconds.
   */
  readonly billWithin?: number;
};

/** Serves the terminals of the folders until told to end. */
export async function runTerminals(folders: readonly string[], order: RunTerminal): Promise<void> {
  const { host, port, json, startWithin, billWithin } = order;
  const bounds = {
    ...(startWithin !== undefined && { startWithinMs: startWithin * 1000 }),
    ...(billWithin !== undefined && { billWithinMs: billWithin * 1000 }),
  };
  const running = await startGateway({ folders, host, port, bounds, onFault: reportFault });
  await stayUp('terminal', running, json);
}
