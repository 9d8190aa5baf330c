import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { group, layGround, steppingClock, transfer, wordsOf } from '../../conformance/groups.ts';
import { assertReplays } from '../../conformance/replay.ts';
import { createSqliteLedger } from './ledger.ts';

test('a full store fails every waiting post, goes on reading, and opens again whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'full-'));
  const clock = steppingClock();
  const memo = new Uint8Array(10_000);
  const pay = (n: number) => group(`pay-${n}`, [transfer('a', 'b', 1n)], { memo });
  try {
    const small = await createSqliteLedger({ folder, clock, maxBytes: 300_000 });
    await layGround(small);
    const posts = Array.from({ length: 50 }, (_, n) => small.post([pay(n)]));
    const answers = await Promise.allSettled(posts);
    const isFull = (reason: unknown) => reason instanceof Fault && reason.code === 'storage-full';
    assert.ok(answers.every((one) => one.status === 'rejected' && isFull(one.reason)));
    await assert.rejects(small.post([pay(99)]), isFull);
    await assertReplays(small);
    assert.equal((await small.account('b'))?.balance, 0n);
    await small.close();

    const large = await createSqliteLedger({ folder, clock });
    const again = await large.post(Array.from({ length: 50 }, (_, n) => pay(n)));
    assert.deepEqual(
      again.map(wordsOf),
      again.map(() => 'posted'),
    );
    await assertReplays(large);
    await large.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
