import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLocks } from './locks.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('createLocks()', () => {
  test('lets work on one key run one after the other, in the order of asking', async () => {
    const locks = createLocks();
    const said: string[] = [];
    const work = (name: string) => async () => {
      said.push(`${name} begins`);
      await turn();
      said.push(`${name} ends`);
    };
    await Promise.all([locks.run(['a'], work('one')), locks.run(['a'], work('two'))]);
    assert.deepEqual(said, ['one begins', 'one ends', 'two begins', 'two ends']);
  });

  test('lets work on different keys run side by side', async () => {
    const locks = createLocks();
    const gate = Promise.withResolvers<void>();
    const first = locks.run(['a'], () => gate.promise);
    assert.equal(await locks.run(['b'], async () => 'done'), 'done');
    gate.resolve();
    await first;
  });

  test('cannot be brought to a standstill by keys in different orders', async () => {
    const locks = createLocks();
    const orders = [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'c', 'a'],
      ['c', 'b'],
    ];
    const all = Array.from({ length: 40 }, (_, at) =>
      locks.run(orders[at % orders.length] as string[], async () => {
        await turn();
        return at;
      }),
    );
    assert.deepEqual(
      await Promise.all(all),
      Array.from({ length: 40 }, (_, at) => at),
    );
  });

  test('goes on after work that throws', async () => {
    const locks = createLocks();
    await assert.rejects(
      locks.run(['a'], async () => {
        throw new Error('failed');
      }),
    );
    assert.equal(await locks.run(['a'], async () => 1), 1);
  });
});
