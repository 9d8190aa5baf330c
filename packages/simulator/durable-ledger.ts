import type { Ledger, TransferGroup } from '@coinbox/ledger';
import type { Life } from './life.ts';
import { reportBug, writeToDisk } from './setting.ts';
import type { Setting } from './setting.ts';

type PostResult = Awaited<ReturnType<Ledger['post']>>;
type Waiting = {
  readonly groups: readonly TransferGroup[];
  readonly resolve: (results: PostResult) => void;
  readonly reject: (fault: unknown) => void;
};

/** A commit takes up to so many milliseconds. */
const COMMIT_MS = 8;

/**
 * A ledger over one in memory that outlives its issuer, with the time, the group commits, the
 * faults and the crashes of one on a disk: groups wait for the commit before, are durable at once
 * when theirs comes, and the issuer may die before it hears of it. `broken` is called where a write
 * has failed: nothing can be posted until the issuer has started again.
 */
export function openDurableLedger(
  setting: Setting,
  life: Life,
  inner: Ledger,
  broken: () => void,
): Ledger {
  let waiting: Waiting[] = [];
  let isCommitting = false;
  let failure: unknown;

  const commitSoon = (): void => {
    isCommitting = true;
    setting.schedule.after(setting.random.below(COMMIT_MS), 'issuer commits', () => {
      if (!life.dead) commit().catch((thrown: unknown) => reportBug(setting, thrown));
    });
  };
  const commit = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      writeToDisk(setting, 'issuer');
    } catch (fault) {
      failure = fault;
      broken();
      for (const { reject } of batch) reject(fault);
      return;
    }
    // COMMIT POINT: from here on a crash does not undo it.
    const results = await inner.post(batch.flatMap(({ groups }) => groups));
    await setting.witness.readLog(inner);
    life.point('after a ledger commit');
    let from = 0;
    for (const { groups, resolve } of batch) {
      resolve(results.slice(from, (from += groups.length)));
    }
    isCommitting = false;
    if (waiting.length > 0) commitSoon();
  };

  const reads = {
    outcome: (id) => life.gate(inner.outcome(id)),
    entry: (index) => life.gate(inner.entry(index)),
    entryOf: (id) => life.gate(inner.entryOf(id)),
    account: (id) => life.gate(inner.account(id)),
    standing: (id, index) => life.gate(inner.standing(id, index)),
    statement: (query) => life.gate(inner.statement(query)),
    hold: (id) => life.gate(inner.hold(id)),
    claim: (key) => life.gate(inner.claim(key)),
    series: (name) => life.gate(inner.series(name)),
    accounts: (query) => life.gate(inner.accounts(query)),
    entries: (query) => life.gate(inner.entries(query)),
    sumOf: (prefix, asset) => life.gate(inner.sumOf(prefix, asset)),
    head: () => life.gate(inner.head()),
  } satisfies Partial<Ledger>;
  return {
    ...reads,
    async post(groups) {
      life.point('before a ledger commit');
      if (failure) throw failure;
      return life.gate(
        new Promise<PostResult>((resolve, reject) => {
          waiting.push({ groups, resolve, reject });
          if (!isCommitting) commitSoon();
        }),
      );
    },
    // The memory below outlives this ledger. A dead one never says that it is closed.
    close: () => life.gate(Promise.resolve()),
  };
}
