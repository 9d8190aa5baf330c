import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertPosted } from '../testing/assertions.ts';
import { createIssuerFixture, expect } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';

const maker = { query: {}, person: 'maker' };

const codeOf = (result: { ok: boolean; rejection?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.rejection?.code;

describe('issued money', () => {
  test('is bounded by the limit of the wallet: limit-cumulative', async () => {
    const s = await createIssuerFixture();
    const payer = await s.openPayer(90n, { limits: { balance: '100' } });
    const body = { id: s.newId('issuance'), wallet: payer.wallet, amount: '11', asset: 'CNY/2' };
    const over = await s.issuer.call('issueMoney', { ...maker, body });
    assert.equal(codeOf(over), 'limit-cumulative');
    await s.issue(payer, 10n);
  });

  test('cannot pass 2^63−1: amount-overflow, for good', async () => {
    const s = await createIssuerFixture();
    const payer = await s.openPayer(9_223_372_036_854_775_807n);
    const body = { id: s.newId('issuance'), wallet: payer.wallet, amount: '1', asset: 'CNY/2' };
    for (let times = 0; times < 2; times++) {
      const over = await s.issuer.call('issueMoney', { ...maker, body });
      assert.equal(codeOf(over), 'amount-overflow');
    }
    assert.equal((await s.issuer.summary()).difference, '0');
  });

  test('goes back out of a provider wallet by redemption', async () => {
    const s = await createPaidSession();
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    const wallet = s.provider.wallet;
    const body = { id: s.newId('redemption'), wallet, amount: '320', asset: 'CNY/2' };
    expect(await s.issuer.call('redeemMoney', { ...maker, body }));
    const { outstanding, providers } = await s.issuer.summary();
    assert.deepEqual([outstanding, providers], ['9680', '0']);
  });
});
