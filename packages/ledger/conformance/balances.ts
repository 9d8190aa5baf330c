import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_MONEY } from '@coinbox/protocol';
import {
  draw,
  freeze,
  group,
  hold,
  onGround,
  open,
  openIssuance,
  postOne,
  release,
  transfer,
  unfreeze,
  wordsOf,
} from './groups.ts';
import type { OpenSubject } from './groups.ts';
import { assertReplays } from './replay.ts';

/** What a group does to balances, holds and frozen accounts. */
export function describeBalances(openSubject: OpenSubject): void {
  test('a group whose last step fails does nothing at all', async () => {
    await onGround(openSubject, async (ledger) => {
      const steps = [open('n'), hold('k', 'a', 5n), transfer('a', 'b', 60n)];
      const refused = group('1', [...steps, transfer('b', 'n', 61n)], { claims: ['c'] });
      assert.equal(await postOne(ledger, refused), 'refused insufficient-funds');
      const rejected = group('2', [...steps, transfer('b', 'x', 1n)], { claims: ['c'] });
      assert.equal(await postOne(ledger, rejected), 'rejected account-unknown');
      assert.equal(await ledger.account('n'), undefined);
      assert.equal(await ledger.hold('k'), undefined);
      assert.equal(await ledger.claim('c'), undefined);
      assert.equal((await ledger.account('a'))?.balance, 100n);
      await assertReplays(ledger);
    });
  });

  test('money under a hold leaves through the hold alone, and not more than it', async () => {
    await onGround(openSubject, async (ledger) => {
      const results = await ledger.post([
        group('1', [transfer('a', 'b', 70n)]),
        group('2', [transfer('a', 'b', 1n)]),
        group('3', [draw('h', 'b', 20n)]),
        group('4', [draw('h', 'b', 11n)]),
        group('5', [release('h', 4n)]),
        group('6', [transfer('a', 'b', 5n)]),
        group('7', [draw('h', 'b', 6n)]),
        group('8', [draw('h', 'b', 1n)]),
        group('9', [transfer('a', 'b', 4n)]),
      ]);
      assert.deepEqual(results.map(wordsOf), [
        'posted',
        'refused insufficient-funds',
        'posted',
        'refused hold-exceeded',
        'posted',
        'refused insufficient-funds',
        'posted',
        'refused hold-exceeded',
        'posted',
      ]);
      const { asOf: _, ...a } = (await ledger.account('a')) ?? { asOf: 0 };
      const empty = { balance: 0n, held: 0n, frozen: false, mayOverdraw: false };
      assert.deepEqual(a, { id: 'a', asset: 'CNY/2', ...empty });
      assert.equal((await ledger.hold('h'))?.remaining, 0n);
      assert.equal((await ledger.account('b'))?.balance, 100n);
      await assertReplays(ledger);
    });
  });

  test('a hold that was refused cannot be drawn', async () => {
    await onGround(openSubject, async (ledger) => {
      const made = await postOne(ledger, group('1', [hold('k', 'a', 71n)]));
      assert.equal(made, 'refused insufficient-funds');
      const drawn = await postOne(ledger, group('2', [draw('k', 'b', 71n)]));
      assert.equal(drawn, 'rejected hold-unknown');
    });
  });

  test('of a draw and a release of the same money exactly one happens', async () => {
    await onGround(openSubject, async (ledger) => {
      const racing = await Promise.all([
        postOne(ledger, group('1', [draw('h', 'b', 30n)])),
        postOne(ledger, group('2', [release('h', 30n)])),
      ]);
      assert.deepEqual(racing.sort(), ['posted', 'refused hold-exceeded']);
      await assertReplays(ledger);
    });
  });

  test('a frozen account keeps what it has until it is unfrozen', async () => {
    await onGround(openSubject, async (ledger) => {
      const results = await ledger.post([
        group('1', [transfer('ice', 'b', 30n)]),
        group('2', [freeze('ice')]),
        group('3', [unfreeze('ice')]),
        group('1', [transfer('ice', 'b', 30n)]),
        group('4', [draw('ice-h', 'b', 20n)]),
        group('5', [unfreeze('ice')]),
      ]);
      assert.deepEqual(results.map(wordsOf), [
        'rejected account-frozen',
        'posted',
        'posted',
        'posted',
        'posted',
        'posted',
      ]);
      assert.equal((await ledger.account('ice'))?.balance, 0n);
      await assertReplays(ledger);
    });
  });

  test('a frozen account takes what comes', async () => {
    await onGround(openSubject, async (ledger) => {
      const before = (await ledger.account('ice'))?.balance ?? 0n;
      const steps = [transfer('a', 'ice', 1n), draw('h', 'ice', 2n)];
      assert.equal(await postOne(ledger, group('1', steps)), 'posted');
      assert.equal((await ledger.account('ice'))?.balance, before + 3n);
      await assertReplays(ledger);
    });
  });

  test('opening an account again leaves it as it is', async () => {
    await onGround(openSubject, async (ledger) => {
      assert.equal(await postOne(ledger, group('1', [open('a'), open('ice')])), 'posted');
      assert.equal((await ledger.account('a'))?.balance, 100n);
      assert.equal((await ledger.account('ice'))?.frozen, true);
      const { items } = await ledger.entries({ account: 'a', limit: 10 });
      const ids = items.map((entry) => entry.id);
      assert.deepEqual(ids, ['ground']);
    });
  });

  test('balances go to 2^63−1 and not beyond, on either side', async () => {
    await onGround(openSubject, async (ledger) => {
      const results = await ledger.post([
        group('1', [open('rich'), openIssuance('other'), transfer('other', 'rich', MAX_MONEY)]),
        group('2', [transfer('issuance', 'rich', 1n)]),
        group('3', [transfer('other', 'b', 1n)]),
        group('4', [hold('all', 'rich', MAX_MONEY)]),
        group('5', [draw('all', 'other', MAX_MONEY)]),
        group('6', [hold('o1', 'other', MAX_MONEY), hold('o2', 'other', 1n)]),
      ]);
      assert.deepEqual(results.map(wordsOf), [
        'posted',
        'refused amount-overflow',
        'refused amount-overflow',
        'posted',
        'posted',
        'refused amount-overflow',
      ]);
      await assertReplays(ledger);
    });
  });

  test('sums over accounts may pass 2^63−1', async () => {
    await onGround(openSubject, async (ledger) => {
      const fill = (n: number) => [
        openIssuance(`issuer:${n}`),
        open(`rich:${n}`),
        transfer(`issuer:${n}`, `rich:${n}`, MAX_MONEY),
        hold(`rich:${n}`, `rich:${n}`, MAX_MONEY),
      ];
      await ledger.post([1, 2, 3].map((n) => group(`${n}`, fill(n))));
      const three = 27_670_116_110_564_327_421n; // 3 × (2^63−1)
      assert.deepEqual(await ledger.sumOf('rich:', 'CNY/2'), {
        balance: three,
        held: three,
        asOf: 4,
      });
      assert.equal((await ledger.sumOf('issuer:', 'CNY/2')).balance, -three);
      assert.equal((await ledger.sumOf('rich:', 'JPY/0')).balance, 0n);
      await assertReplays(ledger);
    });
  });

  test('16 clients with 5 debits of 10 each get exactly 10 of them out of 100', async () => {
    await onGround(openSubject, async (ledger) => {
      await ledger.post([group('free', [release('h', 30n)])]);
      const client = async (name: number): Promise<string[]> => {
        const words: string[] = [];
        for (let i = 0; i < 5; i++) {
          words.push(await postOne(ledger, group(`${name}-${i}`, [transfer('a', 'b', 10n)])));
        }
        return words;
      };
      const clients = Array.from({ length: 16 }, (_, name) => client(name));
      const words = (await Promise.all(clients)).flat().sort();
      const expected = [
        ...Array.from({ length: 10 }, () => 'posted'),
        ...Array.from({ length: 70 }, () => 'refused insufficient-funds'),
      ];
      assert.deepEqual(words, expected);
      assert.equal((await ledger.account('b'))?.balance, 100n);
      await assertReplays(ledger);
    });
  });
}
