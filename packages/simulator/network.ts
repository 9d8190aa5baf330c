import { Fault } from '@coinbox/protocol';
import type { Life } from './life.ts';
import type { Weather } from './plan.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';
import type { Tally } from './tally.ts';

/** What lies between the parties. It loses, repeats, delays, and so changes the order. */
export interface Network {
  /** Takes something from one party to another, once, more than once, or never. */
  carry(from: string, to: string, what: string, arrive: () => void): void;
  /**
   * A question and its answer, each carried. Rejects with Fault unreachable where no answer comes
   * in time or the other side fails; never settles where the one who asks is dead.
   */
  ask<T>(question: Question<T>): Promise<T>;
  /** Cuts a party off from all others, or lets it back in. */
  setCut(party: string, isCut: boolean): void;
  /** From now on everything arrives, soon and once. */
  heal(): void;
}

export type Question<T> = {
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly life: Life;
  readonly withinMs: number;
  /** Undefined where nobody is there to answer. */
  readonly serve: () => Promise<T> | undefined;
};

export type NetworkParts = {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
  readonly tally: Tally;
};

const FINE: Weather = { loses: 0, repeats: 0, dawdles: 0, mostDelayMs: 20 };

export function createNetwork(parts: NetworkParts): Network {
  const { schedule, random, tally } = parts;
  let { weather } = parts;
  const cut = new Set<string>();

  const leg = (from: string, to: string, what: string, arrive: () => void): void => {
    if (cut.has(from) || cut.has(to)) return tally.count('network: cut off');
    if (random.chance(weather.loses)) {
      schedule.note(`lost: ${what} from ${from} to ${to}`);
      return tally.count('network: lost');
    }
    let delayMs = random.below(weather.mostDelayMs + 1);
    if (random.chance(weather.dawdles)) {
      tally.count('network: late');
      delayMs *= 20;
    }
    schedule.after(delayMs, `${what} from ${from} to ${to}`, () => {
      // Cut off meanwhile: what is on its way is lost with the line.
      if (!cut.has(from) && !cut.has(to)) arrive();
    });
  };
  const carry: Network['carry'] = (from, to, what, arrive) => {
    leg(from, to, what, arrive);
    if (!random.chance(weather.repeats)) return;
    tally.count('network: repeated');
    leg(from, to, `again ${what}`, arrive);
  };
  return {
    carry,
    ask: (question) => ask(question, schedule, carry),
    setCut(party, isCut) {
      if (isCut) cut.add(party);
      else cut.delete(party);
    },
    heal() {
      weather = FINE;
      cut.clear();
    },
  };
}

function ask<T>(
  { from, to, what, life, withinMs, serve }: Question<T>,
  schedule: Schedule,
  carry: Network['carry'],
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver || life.dead) return;
      isOver = true;
      giveUp();
      settle();
    };
    const fail = (why: string, cause?: unknown): void =>
      end(() => reject(new Fault('unreachable', why, cause)));
    const giveUp = schedule.after(withinMs, `${from} waits no longer for ${what}`, () =>
      fail(`no answer from ${to}`),
    );
    carry(from, to, what, () => {
      const back = (settle: () => void): void =>
        carry(to, from, `answer to ${what}`, () => end(settle));
      serve()?.then(
        (answer) => back(() => resolve(answer)),
        (cause: unknown) => back(() => reject(new Fault('unreachable', `${to} failed`, cause))),
      );
    });
  });
}
