import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, sha256 } from '@coinbox/protocol';
import { entryBytes } from '../entry.ts';
import { draw, group, onGround, open, release, text, transfer } from './groups.ts';
import type { OpenSubject } from './groups.ts';
import { allEntries } from './replay.ts';

/** What is read: lists, pages, entries, and the index that each answer is as of. */
export function describeReads(openSubject: OpenSubject): void {
  test('what is not there is undefined', async () => {
    await onGround(openSubject, async (ledger) => {
      assert.equal(await ledger.account('x'), undefined);
      assert.equal(await ledger.hold('x'), undefined);
      assert.equal(await ledger.outcome('x'), undefined);
      assert.equal(await ledger.entryOf('x'), undefined);
      assert.equal(await ledger.entry(0), undefined);
      assert.equal(await ledger.entry(2), undefined);
    });
  });

  test('an entry keeps all that was posted, and its hash covers all the rest', async () => {
    await onGround(openSubject, async (ledger) => {
      const one = group('1', [transfer('a', 'b', 2n)], {
        code: 'settle',
        claims: ['c'],
        sequence: { series: 's', number: 2 },
        memo: Uint8Array.from({ length: 16_384 }, (_, i) => i % 256),
      });
      await ledger.post([one]);
      const [ground, entry] = await allEntries(ledger);
      assert.ok(ground && entry);
      assert.deepEqual(ground.previousHash, new Uint8Array(32));
      assert.deepEqual(entry, {
        ...one,
        index: 2,
        status: 'posted',
        at: Date.UTC(2026, 0, 1, 0, 0, 1),
        previousHash: ground.hash,
        hash: new Uint8Array(sha256(entryBytes(entry))),
        commitEnd: 2,
      });
      assert.deepEqual(await ledger.entry(2), entry);
      assert.deepEqual(await ledger.entryOf('1'), entry);
      assert.deepEqual(await ledger.head(), { index: 2, hash: entry.hash });
    });
  });

  test('an entry knows where its commit ends, for ever', async () => {
    await onGround(openSubject, async (ledger) => {
      const pay = (id: string) => group(id, [transfer('a', 'b', 1n)]);
      const over = group('over', [transfer('a', 'b', 10_000n)]);
      await ledger.post([pay('2'), group('none', []), over, pay('4')]);
      await ledger.post([pay('5')]);
      await ledger.post([pay('2'), pay('6'), pay('7')]);
      const ends = (await allEntries(ledger)).map(({ commitEnd }) => commitEnd);
      assert.deepEqual(ends, [1, 4, 4, 4, 5, 7, 7]);
      assert.equal((await ledger.entry(2))?.commitEnd, 4);
      assert.equal((await ledger.entryOf('over'))?.commitEnd, 4);
    });
  });

  test('accounts come in ASCII order, by prefix and page', async () => {
    await onGround(openSubject, async (ledger) => {
      const ids = ['p:2', 'p:10', 'p~', 'q', 'p:1', 'p', 'P:1'];
      await ledger.post([
        group(
          '1',
          ids.map((id) => open(id)),
        ),
      ]);
      const list = async (prefix: string, after: string, limit: number) => {
        const { items, asOf } = await ledger.accounts({ prefix, after, limit });
        assert.equal(asOf, 2);
        return items.map(({ id }) => id);
      };
      assert.deepEqual(await list('p', '', 10), ['p', 'p:1', 'p:10', 'p:2', 'p~']);
      assert.deepEqual(await list('p:', '', 2), ['p:1', 'p:10']);
      assert.deepEqual(await list('p:', 'p:10', 2), ['p:2']);
      assert.deepEqual(await list('p:', 'q', 2), []);
      assert.equal((await list('', '', 1000)).length, 13);
    });
  });

  test('entries are listed by code, by account and by page', async () => {
    await onGround(openSubject, async (ledger) => {
      const pay = (id: string, credit: string, code: string) =>
        group(id, [transfer('a', credit, 1n)], { code });
      await ledger.post([
        pay('2', 'b', 'pay'),
        group('3', [open('c')], { code: 'open' }),
        pay('4', 'c', 'pay'),
        pay('5', 'b', 'fee'),
        group('6', [transfer('c', 'b', 99n)], { code: 'pay' }),
        pay('7', 'b', 'pay'),
      ]);
      const list = async (query: { after?: number; code?: string; account?: string }) => {
        const { items, asOf } = await ledger.entries({ ...query, limit: 3 });
        assert.equal(asOf, 7);
        return items.map(({ index }) => index);
      };
      assert.deepEqual(await list({}), [1, 2, 3]);
      assert.deepEqual(await list({ after: 5 }), [6, 7]);
      assert.deepEqual(await list({ after: 7 }), []);
      assert.deepEqual(await list({ code: 'pay' }), [2, 4, 6]);
      assert.deepEqual(await list({ code: 'pay', after: 4 }), [6, 7]);
      assert.deepEqual(await list({ account: 'b' }), [1, 2, 5]);
      assert.deepEqual(await list({ account: 'b', after: 5 }), [7]);
      assert.deepEqual(await list({ account: 'c' }), [3, 4]);
      assert.deepEqual(await list({ account: 'b', code: 'pay', after: 1 }), [2, 7]);
      assert.deepEqual(await list({ account: 'x' }), []);
    });
  });

  test('the balance as of an index is what it was then, whatever came later', async () => {
    await onGround(openSubject, async (ledger) => {
      await ledger.post([
        group('2', [transfer('a', 'b', 7n)]),
        group('3', [transfer('b', 'a', 100n)]),
        group('4', [draw('h', 'b', 10n), transfer('b', 'a', 1n)]),
        group('5', [open('late'), release('h', 20n), transfer('a', 'late', 3n)]),
      ]);
      const of = async (id: string) => {
        const asked = [0, 1, 2, 3, 4, 5, 6].map((index) => ledger.standing(id, index));
        return (await Promise.all(asked)).map(
          (found) => found && [found.balance, found.held, found.asOf],
        );
      };
      assert.deepEqual(await of('a'), [
        undefined,
        [100n, 30n, 1],
        [93n, 30n, 2],
        [93n, 30n, 3],
        [84n, 20n, 4],
        [81n, 0n, 5],
        [81n, 0n, 5],
      ]);
      assert.deepEqual((await of('b')).slice(1), [
        [0n, 0n, 1],
        [7n, 0n, 2],
        [7n, 0n, 3],
        [16n, 0n, 4],
        [16n, 0n, 5],
        [16n, 0n, 5],
      ]);
      assert.deepEqual(await of('late'), [...Array(5).fill(undefined), [3n, 0n, 5], [3n, 0n, 5]]);
      assert.deepEqual(await of('nobody'), Array(7).fill(undefined));
    });
  });

  test('a statement has an opening balance and one after each line, by page', async () => {
    await onGround(openSubject, async (ledger) => {
      const pay = (n: number) => group(`pay-${n}`, [transfer('a', 'b', 1n)]);
      await ledger.post([1, 2, 3, 4, 5].map(pay));
      const read = async (query: { after?: number; upTo?: number; limit: number }) => {
        const { opening, items, asOf } = await ledger.statement({ account: 'a', ...query });
        assert.equal(asOf, 6);
        const lines = items.map(({ entry, balance, held }) => [entry.index, balance, held]);
        return [[opening.balance, opening.held], ...lines];
      };
      assert.deepEqual(await read({ limit: 2 }), [
        [0n, 0n],
        [1, 100n, 30n],
        [2, 99n, 30n],
      ]);
      assert.deepEqual(await read({ after: 2, limit: 2 }), [
        [99n, 30n],
        [3, 98n, 30n],
        [4, 97n, 30n],
      ]);
      assert.deepEqual(await read({ after: 3, upTo: 4, limit: 1000 }), [
        [98n, 30n],
        [4, 97n, 30n],
      ]);
      assert.deepEqual(await read({ after: 4, upTo: 4, limit: 9 }), [[97n, 30n]]);
      assert.deepEqual(await read({ after: 9, limit: 9 }), [[95n, 30n]]);
      const { items, opening } = await ledger.statement({ account: 'x', limit: 9 });
      assert.deepEqual([items, opening.balance], [[], 0n]);
    });
  });

  test('a batch of nothing is answered with nothing', async () => {
    await onGround(openSubject, async (ledger) => {
      assert.deepEqual(await ledger.post([]), []);
    });
  });

  test('a post of 1,500 groups is answered in order', async () => {
    await onGround(openSubject, async (ledger) => {
      const groups = Array.from({ length: 1500 }, (_, i) =>
        group(`n${i}`, [], { claims: [`n${i % 1400}`], memo: text('') }),
      );
      const results = await ledger.post(groups);
      const places = results.map(
        (result) => result.ok && [result.value.index, result.value.status],
      );
      assert.deepEqual(
        places,
        groups.map((_, i) => [i + 2, i < 1400 ? 'posted' : 'refused']),
      );
    });
  });

  test('a ledger that was closed answers nothing more', async () => {
    await onGround(openSubject, async (ledger) => {
      await ledger.close();
      const closed = (error: unknown) => error instanceof Fault && error.code === 'closed';
      await assert.rejects(ledger.head(), closed);
      await assert.rejects(ledger.post([group('1', [open('n')])]), closed);
      await ledger.close();
    });
  });
}
