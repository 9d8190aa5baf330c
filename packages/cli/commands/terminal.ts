import { startGateway } from '@coinbox/terminal';
import { reportFault, stayUp } from './run.ts';
import type { RunOptions } from './run.ts';
import { withCarriers } from './terminal-carriers.ts';
import type { CarrierFlags } from './terminal-carriers.ts';

export type RunTerminal = RunOptions &
  CarrierFlags & {
    /** A paid session that does not start gives the money back after so many seconds. */
    readonly startWithin?: number;
    /**
     * A delivered session that gets no bill it can pay gives the money back after so many seconds.
     */
    readonly billWithin?: number;
    /** The machines are simulated chargers that deliver by themselves, with so many watts. */
    readonly liveWatts?: number;
    /** What payers' phones find the program under: for the links on a screen. */
    readonly publicUrl?: string;
  };

/** Serves the terminals of the folders until told to end. */
export async function runTerminals(folders: readonly string[], order: RunTerminal): Promise<void> {
  const { host, port, json, startWithin, billWithin, liveWatts, publicUrl } = order;
  const bounds = {
    ...(startWithin !== undefined && { startWithinMs: startWithin * 1000 }),
    ...(billWithin !== undefined && { billWithinMs: billWithin * 1000 }),
  };
  const machines = liveWatts === undefined ? {} : { liveWatts };
  const options = { folders, host, port, bounds, ...machines, onFault: reportFault };
  const gateway = await startGateway({ ...options, ...(publicUrl !== undefined && { publicUrl }) });
  const running = await withCarriers(gateway, order);
  await stayUp('terminal', running, json);
}
