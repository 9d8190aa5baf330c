import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MovementJson } from '@coinbox/protocol';
import { assertPosted, assertRefused } from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import type { RunningFixture } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';

const codeOf = (result: { ok: boolean; rejection?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.rejection?.code;

describe('lists', () => {
  const list = (
    s: RunningFixture,
    name: 'listPayments' | 'listSettlements' | 'listRefunds',
    query: Record<string, string> = {},
  ) => s.issuer.call(name, { query, person: 'maker' });

  test('go page by page, newest last, without a gap or a repeat', async () => {
    const s = await createPaidSession();
    for (let count = 0; count < 6; count++) await s.payAgain(10n);
    const seen: MovementJson[] = [];
    let query: Record<string, string> = { limit: '3' };
    for (;;) {
      const page = expect(await list(s, 'listPayments', query));
      seen.push(...page.items);
      if (page.next === undefined) break;
      query = { limit: '3', cursor: page.next };
    }
    assert.equal(seen.length, 7);
    const indexes = seen.map(({ index }) => index);
    assert.deepEqual(
      indexes,
      [...new Set(indexes)].sort((a, b) => a - b),
    );
  });

  test('bind a cursor to its list and its filters', async () => {
    const s = await createPaidSession();
    await s.payAgain(10n);
    const { next = '' } = expect(await list(s, 'listPayments', { limit: '1' }));
    const stolen = [
      list(s, 'listSettlements', { cursor: next }),
      list(s, 'listPayments', { cursor: next, status: 'posted' }),
      list(s, 'listPayments', { cursor: `1${next}` }),
    ];
    assert.deepEqual((await Promise.all(stolen)).map(codeOf), Array(3).fill('cursor-invalid'));
  });

  test('filter by terminal, wallet, status and code', async () => {
    const s = await createPaidSession();
    const other = await s.openTerminal(s.provider);
    const second = await s.openPayer(50n);
    await assertPosted(s, s.messages.pay(second, s.messages.offer(other, s.provider), 50n).bytes);
    const poor = s.messages.pay(second, s.messages.offer(other, s.provider), 1n);
    await assertRefused(s, poor.bytes, 422, 'insufficient-funds');
    const terminal = other.holding.wallet;
    const count = async (query: Record<string, string>) =>
      expect(await list(s, 'listPayments', query)).items.length;
    assert.equal(await count({}), 3);
    assert.equal(await count({ terminal }), 2);
    assert.equal(await count({ terminal, status: 'posted' }), 1);
    assert.equal(await count({ wallet: s.payer.wallet }), 1);
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    const own = { terminal: s.terminal.holding.wallet };
    assert.equal(expect(await list(s, 'listSettlements', own)).items.length, 1);
    assert.equal(expect(await list(s, 'listSettlements', { terminal })).items.length, 0);
    assert.equal(await count({ code: 'insufficient-funds' }), 1);
    assert.equal(await count({ code: 'offer-taken' }), 0);
  });

  test('add up: payments = settlements + refunds + what is held', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    await assertPosted(s, s.messages.pay(s.payer, offer, 70n).bytes);
    await assertPosted(s, s.messages.voidOf(s.terminal, offer).bytes);
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    s.terminal.upload = 1;
    const back = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 100n);
    await assertPosted(s, back.bytes);
    const sum = async (name: Parameters<typeof list>[1]) => {
      const { items } = expect(await list(s, name, { status: 'posted' }));
      return items.reduce((total, { amount }) => total + BigInt(amount), 0n);
    };
    const { holding, payments, settlements, refunds } = await s.issuer.summary();
    assert.equal(
      await sum('listPayments'),
      (await sum('listSettlements')) + (await sum('listRefunds')) + BigInt(holding),
    );
    assert.deepEqual([payments, settlements, refunds], [2, 1, 2]);
  });
});
