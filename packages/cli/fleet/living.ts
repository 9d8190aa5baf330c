import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, newId } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { driveSessions } from './drive.ts';
import type { Fleet } from './fleet.ts';
import type { PricedSession } from './plan.ts';

export type LivingOptions = {
  readonly sessions: readonly PricedSession[];
  /** Minor units, for each session. */
  readonly deposit: bigint;
  /** Sessions that begin in a minute; 0: none. */
  readonly perMinute: number;
  readonly onFault: (fault: unknown) => void;
};

/** Sessions that go on at a time: a fleet that falls behind does not pile them up. */
const MOST_AT_ONCE = 32;

/**
 * Keeps a fleet alive: plays its recorded sessions again, one after the other in the order of the
 * file, at a steady pace. Gives the way to stop it, which waits for those that go on.
 */
export function keepLiving(fleet: Fleet, options: LivingOptions): () => Promise<void> {
  const { sessions, deposit, perMinute, onFault } = options;
  const stopping = new AbortController();
  const going = new Set<Promise<void>>();
  const begin = (recorded: PricedSession): void => {
    const one = playAgain(fleet, recorded, deposit)
      .catch((fault: unknown) => {
        const passes = fault instanceof Fault && fault.code === 'unreachable';
        if (!stopping.signal.aborted && !passes) onFault(fault);
      })
      .finally(() => going.delete(one));
    going.add(one);
  };
  const run = async (): Promise<void> => {
    if (perMinute <= 0 || sessions.length === 0) return;
    for (let next = 0; !stopping.signal.aborted; next = (next + 1) % sessions.length) {
      if (going.size < MOST_AT_ONCE) begin(sessions[next] as PricedSession);
      await sleep(60_000 / perMinute, undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
    await Promise.race([Promise.all(going), sleep(1_000)]);
  };
}

/** Gives the payer what the session takes, and plays it. */
async function playAgain(fleet: Fleet, recorded: PricedSession, deposit: bigint): Promise<void> {
  const wallet = fleet.payerWallets.get(recorded.user);
  if (!wallet) return;
  const id = newId('issuance', Date.now() as Instant, randomBytes(10));
  const amount = deposit.toString();
  const issued = await fleet.client.issueMoney({ id, wallet, amount, asset: fleet.asset });
  if (!issued.ok) return;
  await driveSessions(fleet, [recorded], { deposit, atOnce: 1, onDone: () => undefined });
}
