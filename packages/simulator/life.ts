/** What a party dies of. */
export class Crash extends Error {}

/**
 * One life of a party, from a start to a crash. Whatever it does passes a point here, before and
 * after; at one of them it may die. From then on nothing that it does gets through: what it calls
 * throws, and what it waits for never comes.
 */
export interface Life {
  readonly dead: boolean;
  /** Throws Crash where the party is dead, or dies here. */
  point(where: string): void;
  /** A point before the work and one after it. */
  around<T>(where: string, work: () => T): T;
  /** Settles as `promise` does, and never once the party is dead. */
  gate<T>(promise: Promise<T>): Promise<T>;
  /** Dies now. */
  end(where: string): void;
}

export type LifeOptions = {
  /** The party dies at this point, counted from 0; never where undefined. */
  readonly diesAt: number | undefined;
  readonly onDeath: (where: string) => void;
};

export function createLife({ diesAt, onDeath }: LifeOptions): Life {
  let dead = false;
  let passed = 0;
  const end = (where: string): void => {
    if (dead) return;
    dead = true;
    onDeath(where);
  };
  const point = (where: string): void => {
    if (dead) throw new Crash('this life is over');
    if (passed++ !== diesAt) return;
    end(where);
    throw new Crash(where);
  };
  return {
    get dead() {
      return dead;
    },
    point,
    end,
    around(where, work) {
      point(`before ${where}`);
      const done = work();
      point(`after ${where}`);
      return done;
    },
    gate: (promise) =>
      new Promise((resolve, reject) => {
        promise.then(
          (value) => (dead ? undefined : resolve(value)),
          (cause: unknown) => (dead ? undefined : reject(cause as Error)),
        );
      }),
  };
}
