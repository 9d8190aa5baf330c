import { reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import type { TransferGroup } from './group.ts';
import type { Outcome } from './view.ts';

/** At most this many groups in one commit. */
export const MAX_BATCH = 1024;
/** At most this many groups waiting; a post that would pass it is rejected with `overloaded`. */
export const MAX_WAITING = 65_536;

export type Results = readonly Result<Outcome>[];

/**
 * Makes one batch durable and answers its groups, or throws: then nothing is known about the batch.
 */
export type Commit = (groups: readonly TransferGroup[]) => Promise<Results>;

export interface GroupCommit {
  post(groups: readonly TransferGroup[]): Promise<Results>;
  /** Resolves when nothing is waiting or under way. */
  settled(): Promise<void>;
}

type Waiting = {
  readonly groups: readonly TransferGroup[];
  readonly resolve: (results: Results) => void;
  readonly reject: (fault: unknown) => void;
};

/**
 * Collects what is posted while a commit runs into the next batch. There is no timer: a post that
 * finds no commit under way starts one at the end of the current turn, together with the other
 * posts of that turn. One commit runs at a time, in the order of the posts. After a failed commit
 * every waiting and every later post fails with the same error.
 */
export function createGroupCommit(commit: Commit): GroupCommit {
  const queue: Waiting[] = [];
  let waitingGroups = 0;
  let failure: { readonly cause: unknown } | undefined;
  let running: Promise<void> | undefined;

  function takeBatch(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { groups } of queue) {
      if (size + groups.length > MAX_BATCH) break;
      size += groups.length;
      count += 1;
    }
    waitingGroups -= size;
    return queue.splice(0, count);
  }

  async function run(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        const results = await commit(batch.flatMap(({ groups }) => groups));
        let at = 0;
        for (const { groups, resolve } of batch) resolve(results.slice(at, (at += groups.length)));
      } catch (cause) {
        failure = { cause };
        for (const { reject: fail } of [...batch, ...queue.splice(0)]) fail(cause);
      }
    }
    running = undefined;
  }

  function enqueue(groups: readonly TransferGroup[]): Promise<Results> {
    const answer = new Promise<Results>((resolve, fail) => {
      queue.push({ groups, resolve, reject: fail });
    });
    waitingGroups += groups.length;
    running ??= run();
    return answer;
  }

  return {
    async post(groups) {
      if (failure) throw failure.cause;
      if (waitingGroups + groups.length > MAX_WAITING) {
        return groups.map(() => reject('overloaded'));
      }
      const slices: Promise<Results>[] = [];
      for (let from = 0; from < groups.length; from += MAX_BATCH) {
        slices.push(enqueue(groups.slice(from, from + MAX_BATCH)));
      }
      return (await Promise.all(slices)).flat();
    },
    async settled() {
      while (running) await running;
    },
  };
}
