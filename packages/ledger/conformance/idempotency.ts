import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  group,
  layGround,
  onGround,
  open,
  postOne,
  steppingClock,
  transfer,
  wordsOf,
} from './groups.ts';
import type { OpenSubject } from './groups.ts';
import { assertReplays } from './replay.ts';

/** Ids, fingerprints, claims and series: what makes a group happen at most once. */
export function describeIdempotency(openSubject: OpenSubject): void {
  test('the same group twice moves money once and gets the same outcome', async () => {
    await onGround(openSubject, async (ledger) => {
      const one = group('pay-1', [transfer('a', 'b', 10n)]);
      const [first] = await ledger.post([one]);
      const [second] = await ledger.post([one]);
      assert.ok(first?.ok && second?.ok);
      assert.deepEqual(second.value, { ...first.value, replayed: true });
      assert.deepEqual(await ledger.outcome('pay-1'), second.value);
      assert.equal((await ledger.account('b'))?.balance, 10n);
      assert.equal((await ledger.head()).index, 2);
    });
  });

  test('the same group twice in one batch is posted once', async () => {
    await onGround(openSubject, async (ledger) => {
      const one = group('pay-1', [transfer('a', 'b', 10n)]);
      const other = { ...one, fingerprint: new Uint8Array(32) };
      const results = await ledger.post([one, one, other]);
      const words = results.map(wordsOf);
      assert.deepEqual(words, ['posted', 'replayed posted', 'rejected id-reused']);
      assert.equal((await ledger.account('b'))?.balance, 10n);
    });
  });

  test('later groups of a batch see the earlier ones', async () => {
    await onGround(openSubject, async (ledger) => {
      const results = await ledger.post([
        group('1', [transfer('a', 'b', 70n)]),
        group('2', [transfer('a', 'b', 1n)]),
        group('3', [open('c'), transfer('b', 'c', 70n)]),
        group('4', [transfer('c', 'a', 70n)]),
        group('5', [transfer('a', 'b', 1n)]),
      ]);
      const words = results.map(wordsOf);
      assert.deepEqual(words, [
        'posted',
        'refused insufficient-funds',
        'posted',
        'posted',
        'posted',
      ]);
      await assertReplays(ledger);
    });
  });

  test('a claim is taken once for ever, and by its first group', async () => {
    await onGround(openSubject, async (ledger) => {
      const claims = ['bill-7'];
      const results = await ledger.post([
        group('1', [transfer('a', 'b', 71n)], { claims }),
        group('2', [transfer('a', 'b', 1n)], { claims }),
        group('3', [transfer('a', 'b', 1n)], { claims }),
      ]);
      assert.deepEqual(results.map(wordsOf), [
        'refused insufficient-funds',
        'posted',
        'refused claim-taken',
      ]);
      assert.equal(await ledger.claim('bill-7'), '2');
      assert.equal(await ledger.claim('bill-8'), undefined);
      assert.equal(await postOne(ledger, group('4', [], { claims })), 'refused claim-taken');
    });
  });

  test('a group of nothing but a claim and a number is posted', async () => {
    await onGround(openSubject, async (ledger) => {
      const sequence = { series: 't', number: 1 };
      assert.equal(await postOne(ledger, group('1', [], { claims: ['c'], sequence })), 'posted');
      assert.equal(await ledger.claim('c'), '1');
      assert.equal(await ledger.series('t'), 1);
      await assertReplays(ledger);
    });
  });

  test('a series has no gap, and a recorded refusal uses its number up', async () => {
    await onGround(openSubject, async (ledger) => {
      const at = (number: number) => ({ sequence: { series: 's', number } });
      const results = await ledger.post([
        group('1', [transfer('a', 'b', 1n)], at(3)),
        group('2', [transfer('a', 'b', 1n)], at(2)),
        group('3', [transfer('a', 'b', 99n)], at(3)),
        group('4', [transfer('a', 'x', 1n)], at(4)),
        group('1', [transfer('a', 'b', 1n)], at(4)),
        group('5', [transfer('a', 'b', 1n)], at(3)),
      ]);
      assert.deepEqual(results.map(wordsOf), [
        'rejected sequence-gap',
        'posted',
        'refused insufficient-funds',
        'rejected account-unknown',
        'posted',
        'rejected sequence-passed',
      ]);
      assert.equal(await ledger.series('s'), 4);
      assert.equal(await ledger.series('never'), 0);
      await assertReplays(ledger);
    });
  });

  test('what was recorded is there after the ledger was opened again', async (context) => {
    const subject = await openSubject(steppingClock());
    try {
      if (!subject.reopen) return context.skip('this engine keeps nothing');
      await layGround(subject.ledger);
      const one = group('1', [transfer('a', 'b', 1n)], { claims: ['c'] });
      const [first] = await subject.ledger.post([one, group('2', [transfer('a', 'b', 99n)])]);
      const before = await assertReplays(subject.ledger);
      const ledger = await subject.reopen();
      assert.deepEqual(await assertReplays(ledger), before);
      const [again] = await ledger.post([one]);
      assert.ok(first?.ok && again?.ok);
      assert.deepEqual(again.value, { ...first.value, replayed: true });
      assert.equal(await postOne(ledger, group('3', [transfer('a', 'b', 69n)])), 'posted');
      await assertReplays(ledger);
    } finally {
      await subject.discard();
    }
  });
}
