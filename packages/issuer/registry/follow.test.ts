import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryLedger } from '@coinbox/ledger';
import type { Entry, Ledger } from '@coinbox/ledger';
import { Fault } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { catchUp, createFollower } from './follow.ts';

/** Takes entries as a registry does, in order and each once. */
function createTaker(from = 0) {
  const taken: number[] = [];
  const taker = {
    appliedIndex: from,
    taken,
    note({ index }: Entry): void {
      if (index !== taker.appliedIndex + 1) return;
      taker.appliedIndex = index;
      taken.push(index);
    },
  };
  return taker;
}

const ledger = createMemoryLedger({ clock: { now: () => 0 as Instant } });
let posted = 0;
async function post(count: number): Promise<void> {
  const groups = Array.from({ length: count }, () => {
    const id = `g${(posted += 1)}`;
    return {
      id,
      code: 'c',
      fingerprint: new Uint8Array(32),
      steps: [],
      claims: [id],
      memo: new Uint8Array(),
    };
  });
  await ledger.post(groups);
}

describe('catchUp()', () => {
  test('reads all that is there, page after page', async () => {
    await post(1203);
    const taker = createTaker();
    await catchUp(ledger, taker);
    assert.deepEqual(
      taker.taken,
      Array.from({ length: 1203 }, (_, i) => i + 1),
    );
  });

  test('finds a log that ends before the records', async () => {
    const isCorrupt = (error: unknown) => error instanceof Fault && error.code === 'ledger-corrupt';
    await assert.rejects(catchUp(ledger, createTaker(posted + 1)), isCorrupt);
    await catchUp(ledger, createTaker(posted));
  });
});

describe('createFollower()', () => {
  test('has seen what was there at the call, also when a reading was under way', async () => {
    const taker = createTaker(posted);
    const follow = createFollower(ledger, taker);
    for (let n = 0; n < 50; n++) {
      const early = follow();
      await post(1);
      const at = posted;
      const late = follow();
      await late;
      assert.ok(taker.appliedIndex >= at);
      await early;
    }
  });

  test('shares one reading between all that wait for it', async () => {
    let readings = 0;
    const counted: Pick<Ledger, 'entries'> = {
      entries: (query) => {
        readings += 1;
        return ledger.entries(query);
      },
    };
    const follow = createFollower(counted, createTaker(posted));
    await Promise.all(Array.from({ length: 100 }, () => follow()));
    assert.ok(readings <= 2, `${readings} readings`);
  });

  test('a reading that fails is told to who asked, and the next one reads again', async () => {
    let fails = true;
    const broken: Pick<Ledger, 'entries'> = {
      async entries(query) {
        if (fails) throw new Fault('unreachable', 'no');
        return ledger.entries(query);
      },
    };
    const taker = createTaker();
    const follow = createFollower(broken, taker);
    await assert.rejects(follow(), Fault);
    fails = false;
    await follow();
    assert.equal(taker.appliedIndex, posted);
  });
});
