import { Fault } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { Genesis } from './genesis.ts';
import { Crash, createLife } from './life.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';
import type { Tally } from './tally.ts';
import type { JournalEvent } from './terminal-truth.ts';
import type { Witness } from './witness.ts';

/** What every party of one run lives in. */
export type Setting = {
  readonly genesis: Genesis;
  readonly plan: Plan;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly network: Network;
  readonly tally: Tally;
  readonly witness: Witness;
  /** True in the last part of a run: nothing fails any more. */
  healing: boolean;
  /** Called after each event that a terminal has journalled. */
  readonly listeners: ((terminal: WalletId, event: JournalEvent) => void)[];
};

/** A party that can crash, and is started again over what it has stored. */
export interface Party {
  readonly name: string;
  /** It answers. */
  readonly isUp: boolean;
  start(): void;
  /** Ends its life now; a later start begins another. Does nothing where it is down. */
  crash(where: string): void;
  /** Starts where it is down. */
  revive(): void;
}

/** How a party begins a life, and what it does when one ends. */
export type Lives = {
  readonly name: string;
  /** Builds the party anew over its store. `up` is to be called when it can answer. */
  readonly begin: (life: Life, up: () => void) => void;
  /** Cuts it off from what outlives it. */
  readonly ended: () => void;
};

/** A point of work at which a life may end comes no later than this one. */
const MOST_POINTS = 60;

/** One party with its lives, one after the other. */
export function createParty(setting: Setting, { name, begin, ended }: Lives): Party {
  const { schedule, random, tally, plan } = setting;
  let life: Life | undefined;
  let isUp = false;
  let isWanted = false;
  const start = (): void => {
    isWanted = false;
    if (life && !life.dead) return;
    const diesAtWork = !setting.healing && random.chance(plan.crashesAtWork);
    const own = createLife({
      diesAt: diesAtWork ? random.below(MOST_POINTS) : undefined,
      onDeath(where) {
        isUp = false;
        schedule.note(`${name} crashes: ${where}`);
        tally.count(`crash: ${name.replace(/-\d+$/, '')} ${where}`);
        ended();
        comeBack();
      },
    });
    life = own;
    guarded(setting, own, () =>
      begin(own, () => {
        if (!own.dead) isUp = true;
      }),
    );
  };
  const comeBack = (): void => {
    isWanted = true;
    const awayMs = setting.healing ? 0 : random.between(20, 6_000);
    schedule.after(awayMs, `${name} starts again`, () => {
      if (isWanted) start();
    });
  };
  return {
    name,
    get isUp() {
      return isUp;
    },
    start,
    crash: (where) => life?.end(where),
    revive() {
      if (isWanted) start();
    },
  };
}

/** Runs work of a life. Its end in the middle is no fault; anything else thrown is a bug. */
export function guarded(setting: Setting, life: Life, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof Crash)) reportBug(setting, thrown);
  }
}

/** What no party may throw: neither the end of a life nor a fault of the world. */
export function reportBug({ witness }: Setting, thrown: unknown): void {
  if (thrown instanceof Crash || causeOf(thrown) instanceof Crash) return;
  if (thrown instanceof Fault && isOfTheWorld(thrown)) return;
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  witness.fail(`bug: ${text}`);
}

const causeOf = (thrown: unknown): unknown => (thrown instanceof Error ? thrown.cause : undefined);

const isOfTheWorld = ({ code }: Fault): boolean =>
  code === 'unreachable' || code === 'storage-failed' || code === 'storage-full';

/** A write that fails as the seed will have it: nothing of it is there. Faults: storage-…. */
export function writeToDisk(setting: Setting, who: string): void {
  const { plan, random, tally, schedule, healing } = setting;
  if (healing || !random.chance(plan.diskFails)) return;
  const code = random.chance(0.5) ? 'storage-full' : 'storage-failed';
  schedule.note(`${who} cannot write: ${code}`);
  tally.count(`disk: ${who.replace(/-\d+$/, '')} ${code}`);
  throw new Fault(code, `the disk of ${who} fails`);
}
