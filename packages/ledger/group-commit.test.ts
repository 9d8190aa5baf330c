import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accept } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { group, open, wordsOf } from './conformance/groups.ts';
import { MAX_BATCH, MAX_WAITING, createGroupCommit } from './group-commit.ts';
import type { Results } from './group-commit.ts';
import type { TransferGroup } from './group.ts';

const one = (id: number): TransferGroup => group(`g${id}`, [open('a')]);
const many = (count: number): TransferGroup[] => Array.from({ length: count }, (_, i) => one(i));

/** A store that commits when it is told to, and remembers the size of each batch. */
function slowStore() {
  const batches: number[] = [];
  const finish: (() => void)[] = [];
  let failure: Error | undefined;
  let index = 0;
  const commit = async (groups: readonly TransferGroup[]): Promise<Results> => {
    batches.push(groups.length);
    await new Promise<void>((resolve) => finish.push(resolve));
    if (failure) throw failure;
    return groups.map(() => {
      index += 1;
      return accept({ index, at: 0 as Instant, status: 'posted' as const, replayed: false });
    });
  };
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    batches,
    commits: createGroupCommit(commit),
    turn,
    async finishOne() {
      finish.shift()?.();
      await turn();
    },
    failWith(error: Error) {
      failure = error;
    },
  };
}

const indexes = (results: Results) => results.map((result) => result.ok && result.value.index);

describe('group commit', () => {
  test('what arrives while a commit runs is the next batch', async () => {
    const { commits, batches, turn, finishOne } = slowStore();
    const first = commits.post([one(0)]);
    await turn();
    const second = commits.post(many(2));
    const third = commits.post(many(3));
    await turn();
    assert.deepEqual(batches, [1]);
    await finishOne();
    assert.deepEqual(batches, [1, 5]);
    await finishOne();
    assert.deepEqual(indexes(await first), [1]);
    assert.deepEqual(indexes(await second), [2, 3]);
    assert.deepEqual(indexes(await third), [4, 5, 6]);
    await commits.settled();
  });

  test('posts of one turn share a commit, and an idle one waits for nothing', async () => {
    const { commits, batches, turn } = slowStore();
    void commits.post([one(0)]);
    void commits.post([one(1)]);
    await turn();
    assert.deepEqual(batches, [2]);
  });

  test(`a batch has at most ${MAX_BATCH} groups and a longer post is answered whole`, async () => {
    const { commits, batches, turn, finishOne } = slowStore();
    const answer = commits.post(many(2 * MAX_BATCH + 1));
    await turn();
    for (let i = 0; i < 3; i++) await finishOne();
    assert.deepEqual(batches, [MAX_BATCH, MAX_BATCH, 1]);
    assert.deepEqual(
      indexes(await answer),
      many(2 * MAX_BATCH + 1).map((_, i) => i + 1),
    );
  });

  test('a failed commit fails everything that waits and everything after it', async () => {
    const { commits, batches, turn, finishOne, failWith } = slowStore();
    const first = commits.post([one(0)]);
    await turn();
    const second = commits.post([one(1)]);
    const failure = new Error('the disk is gone');
    failWith(failure);
    const answers = Promise.allSettled([first, second]);
    await finishOne();
    for (const answer of await answers) {
      assert.equal(answer.status === 'rejected' && answer.reason, failure);
    }
    await assert.rejects(commits.post([one(2)]), failure);
    assert.deepEqual(batches, [1]);
    await commits.settled();
  });

  test('too much waiting is rejected without a trace', async () => {
    const { commits, batches, turn } = slowStore();
    void commits.post([one(0)]);
    await turn();
    void commits.post(many(MAX_WAITING));
    const refused = await commits.post(many(2));
    assert.deepEqual(refused.map(wordsOf), ['rejected overloaded', 'rejected overloaded']);
    assert.deepEqual(batches, [1]);
  });

  test('a post of nothing is answered at once', async () => {
    assert.deepEqual(await slowStore().commits.post([]), []);
  });
});
