import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createIssuerFixture, expect } from '../testing/fixture.ts';

const maker = { query: {}, person: 'maker' };

const codeOf = (result: { ok: boolean; rejection?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.rejection?.code;

describe('freezeWallet() and unfreezeWallet()', () => {
  test('that are frozen pay nothing out, and do again when they are unfrozen', async () => {
    const s = await createIssuerFixture();
    const payer = await s.openPayer(100n);
    await s.freeze(payer);
    await s.freeze(payer);
    const body = { id: s.newId('redemption'), wallet: payer.wallet, amount: '1', asset: 'CNY/2' };
    assert.equal(codeOf(await s.issuer.call('redeemMoney', { ...maker, body })), 'wallet-frozen');
    const parameter = payer.wallet;
    assert.equal(expect(await s.issuer.call('getWallet', { ...maker, parameter })).frozen, true);
    await s.unfreeze(payer);
    await s.unfreeze(payer);
    assert.equal((await s.issuer.call('redeemMoney', { ...maker, body })).ok, true);
    await s.freeze(payer);
    const codes = (await s.issuer.ledger.entries({ limit: 100 })).items.map(({ code }) => code);
    assert.equal(codes.filter((code) => code === 'freeze').length, 2);
  });
});
