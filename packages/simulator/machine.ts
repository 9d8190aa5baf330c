import type { Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '@coinbox/terminal';
import { energyFor } from './plan.ts';
import type { Delivery } from './plan.ts';
import { WH_PER_FEN } from './genesis.ts';
import { reportBug } from './setting.ts';
import type { Setting } from './setting.ts';

/** A machine with a meter. While its agent is down it goes on, and tells it afterwards. */
export interface Machine {
  /** The device that an agent is started with; the one before is forgotten. */
  deviceFor(): Device;
  deviceLost(): void;
  /** What it has delivered in the session so far, Wh; undefined for one that it does not know. */
  delivered(session: SessionId): bigint | undefined;
}

type Job = {
  readonly session: SessionId;
  readonly delivery: Delivery;
  readonly goal: bigint;
  readings: Reading[];
  /** How many of them the agent has. */
  told: number;
  isStopped: boolean;
  isOver: boolean;
};

const MOST_READINGS = 6;

export function createMachine(setting: Setting, name: string): Machine {
  const { schedule, random } = setting;
  const jobs = new Map<SessionId, Job>();
  let events: DeviceEvents | undefined;

  const turn = (job: Job): void => {
    if (job.isOver) return;
    if (job.delivery !== 'fails' && !job.isStopped) measure(setting, job);
    const isSilent = job.delivery === 'falls silent' && job.readings.length > 1;
    if (isSilent) return;
    if (events) tell(setting, job, events);
    if (!job.isOver) again(job);
  };
  const again = (job: Job): void => {
    schedule.after(random.between(50, 1_500), `${name} measures`, () => turn(job));
  };

  return {
    deviceFor: () => ({
      connect: (to) => void (events = to),
      start(session, { held, journalled }) {
        const known = jobs.get(session);
        if (!known) {
          const job = createJob(setting, session, held, journalled);
          jobs.set(session, job);
          return again(job);
        }
        // Told again after a restart: what the agent has not journalled it is told once more.
        known.told = journalled.length;
        if (known.delivery === 'never starts' || known.delivery === 'falls silent') return;
        if (known.isOver) {
          known.isOver = false;
          again(known);
        }
      },
      stop(session) {
        const job = jobs.get(session);
        if (job) job.isStopped = true;
      },
    }),
    deviceLost: () => void (events = undefined),
    delivered(session) {
      const job = jobs.get(session);
      return job && measured(job);
    },
  };
}

const troubles = ['fails', 'never starts', 'falls silent', 'delivers nothing'] as const;

function createJob(
  { random, plan, tally }: Setting,
  session: SessionId,
  held: bigint,
  journalled: readonly Reading[],
): Job {
  const delivery = random.chance(plan.machineFails) ? random.pick(troubles) : 'delivers';
  tally.count(`machine: ${delivery}`);
  return {
    session,
    delivery,
    goal: energyFor(random, held),
    readings: [...journalled],
    told: journalled.length,
    isStopped: false,
    isOver: delivery === 'never starts',
  };
}

const measured = ({ readings }: Job): bigint => readings.at(-1)?.energyWh ?? 0n;

/** A step of the register, from 0 up: multiples of 5 Wh, so that every price is a whole fen. */
function measure({ random, schedule }: Setting, job: Job): void {
  const isFirst = job.readings.length === 0;
  const left = isFirst ? 0n : job.goal - measured(job);
  const isLast = !isFirst && (job.readings.length >= MOST_READINGS - 1 || random.chance(0.4));
  const steps = job.delivery === 'delivers nothing' ? 0n : left / WH_PER_FEN;
  const more = isLast ? steps : BigInt(random.below(Number(steps) + 1));
  const energyWh = measured(job) + more * WH_PER_FEN;
  job.readings = [...job.readings, { at: schedule.clock.now(), phase: 'active', energyWh }];
  if (isLast) job.isStopped = true;
}

function tell(setting: Setting, job: Job, events: DeviceEvents): void {
  const isFinal = job.isStopped;
  try {
    if (job.delivery === 'fails') {
      events.failed(job.session);
      job.isOver = true;
      return;
    }
    const fresh = job.readings.slice(job.told);
    const answer = events.delivered(job.session, fresh, isFinal, job.told);
    job.told = job.readings.length;
    job.isOver = isFinal || answer === 'refused';
  } catch (thrown) {
    // The agent could not keep it: it is told again at the next turn.
    reportBug(setting, thrown);
  }
}
