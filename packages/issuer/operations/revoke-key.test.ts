import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REFUSAL } from '@coinbox/protocol';
import type { RejectionCode, Result } from '@coinbox/protocol';
import { createIssuer } from '../issuer.ts';
import { decodeMemo } from '../memo.ts';
import { openMemoryRecords } from '../registry/schema.ts';
import { assertPosted, assertRejected, assertSameAgain } from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import type { TestWallet } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

/** The one who freezes in the fixture is the maker. */
const revoke = ({ issuer }: PaidSession, { wallet }: TestWallet, person = 'checker') =>
  issuer.call('revokeKey', { query: {}, person, parameter: wallet, body: {} });

/** Frozen by one and revoked by the other, then free again: what is left is the revocation. */
async function revokeAndUnfreeze(s: PaidSession, wallet: TestWallet): Promise<void> {
  await s.freeze(wallet);
  expect(await revoke(s, wallet));
  await s.unfreeze(wallet);
}

function assertCode(result: Result<unknown>, code: RejectionCode): void {
  assert.equal(result.ok ? 'accepted' : result.rejection.code, code);
}

describe('revokeKey()', () => {
  test('takes two people: one freezes, another revokes', async () => {
    const s = await createPaidSession();
    const before = await s.headOf();
    assertCode(await revoke(s, s.payer), 'wallet-not-frozen');
    assert.equal(await s.headOf(), before);
    await s.freeze(s.payer);
    const frozen = await s.headOf();
    assertCode(await revoke(s, s.payer, 'maker'), 'approval-same-person');
    assert.equal(await s.headOf(), frozen);
    assert.equal(expect(await revoke(s, s.payer)).revoked, true);
    const entry = await s.issuer.ledger.entryOf(`revoke/${s.payer.wallet}`);
    assert.ok(entry);
    const { wallet, person, approver } = decodeMemo(entry.memo);
    assert.deepEqual([wallet, person, approver], [s.payer.wallet, 'maker', 'checker']);
  });

  test('leaves a key alone that is revoked already, whoever asks', async () => {
    const s = await createPaidSession();
    await revokeAndUnfreeze(s, s.payer);
    const before = await s.headOf();
    assert.equal(expect(await revoke(s, s.payer, 'maker')).revoked, true);
    assert.equal(await s.headOf(), before);
  });

  test('looks at who froze last, not at who froze once', async () => {
    const s = await createPaidSession();
    await s.freeze(s.payer);
    await s.unfreeze(s.payer);
    const call = { query: {}, person: 'checker', parameter: s.payer.wallet, body: {} };
    expect(await s.issuer.call('freezeWallet', call));
    assertCode(await revoke(s, s.payer, 'checker'), 'approval-same-person');
    assert.equal(expect(await revoke(s, s.payer, 'maker')).revoked, true);
  });

  test('rejects a wallet that nobody knows and a body with a field', async () => {
    const s = await createPaidSession();
    const ask = { query: {}, person: 'checker', body: {} };
    const unknown = { ...ask, parameter: s.newId('wallet') };
    assertCode(await s.issuer.call('revokeKey', unknown), 'wallet-unknown');
    const odd = { ...ask, parameter: s.payer.wallet, body: { reason: 'x' } };
    assertCode(await s.issuer.call('revokeKey', odd), 'malformed-unknown-field');
  });

  test('leaves what is in the wallet to be redeemed once it is unfrozen', async () => {
    const s = await createPaidSession();
    await revokeAndUnfreeze(s, s.payer);
    const { balance } = await s.balanceOf(s.payer);
    const { wallet } = s.payer;
    const body = { id: s.newId('redemption'), wallet, amount: `${balance}`, asset: 'CNY/2' };
    expect(await s.issuer.call('redeemMoney', { query: {}, person: 'maker', body }));
    assert.equal((await s.balanceOf(s.payer)).balance, 0n);
  });
});

describe('submit() after the key was revoked', () => {
  test('rejects a PAY: key-revoked', async () => {
    const s = await createPaidSession();
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    await revokeAndUnfreeze(s, s.payer);
    await assertRejected(s, pay.bytes, 401, 'key-revoked');
  });

  test('rejects a PAY of somebody else to the terminal: terminal-not-accepting', async () => {
    const s = await createPaidSession();
    await revokeAndUnfreeze(s, s.terminal.holding);
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    await assertRejected(s, pay.bytes, 409, 'terminal-not-accepting');
  });

  test('rejects VOID, REFUND and REFUSAL of the holding wallet: key-revoked', async () => {
    const s = await createPaidSession();
    await revokeAndUnfreeze(s, s.terminal.holding);
    const offer = s.messages.offer(s.terminal, s.provider);
    const back = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 1n);
    await assertRejected(s, s.messages.voidOf(s.terminal, offer).bytes, 401, 'key-revoked');
    await assertRejected(s, back.bytes, 401, 'key-revoked');
    const { holding } = s.terminal;
    const { body, hash } = s.bill(9_999n);
    const refusal = holding.sign(REFUSAL, {
      sequence: holding.next(),
      session: s.session,
      terminal: holding.wallet,
      bill: body.bill,
      billHash: hash,
      code: 'bill-over-ceiling',
    });
    await assertRejected(s, refusal.bytes, 401, 'key-revoked');
  });

  test('rejects a SETTLE of the settlement wallet: key-revoked, and no suspension', async () => {
    const s = await createPaidSession();
    await assertPosted(s, s.settle(s.bill(10n), { upload: 1 }).bytes);
    await assertPosted(s, s.settle(s.bill(10n), { upload: 2 }).bytes);
    await revokeAndUnfreeze(s, s.terminal.settlement);
    await assertRejected(s, s.settle(s.bill(10n), { upload: 3 }).bytes, 401, 'key-revoked');
    await assertRejected(s, s.settle(s.bill(10n), { upload: 1 }).bytes, 401, 'key-revoked');
    assert.equal(s.issuer.registry.wallet(s.terminal.holding.wallet)?.suspended, false);
  });

  test('rejects a SETTLE with a DRAW or a BILL by a revoked key', async () => {
    const drawn = await createPaidSession();
    await revokeAndUnfreeze(drawn, drawn.terminal.holding);
    const settle = drawn.settle(drawn.bill(10n)).bytes;
    await assertRejected(drawn, settle, 422, 'settlement-draw-mismatch');
    const billed = await createPaidSession();
    const bill = billed.bill(10n);
    await revokeAndUnfreeze(billed, billed.provider);
    await assertRejected(billed, billed.settle(bill).bytes, 422, 'settlement-bill-mismatch');
  });

  test('gives the answers from before to the byte', async () => {
    const s = await createPaidSession();
    const settle = s.settle(s.bill(10n)).bytes;
    const { receipt } = await assertPosted(s, settle);
    await revokeAndUnfreeze(s, s.terminal.settlement);
    await assertSameAgain(s, settle, receipt);
  });

  test('knows it again from the log alone', async () => {
    const s = await createPaidSession();
    await revokeAndUnfreeze(s, s.payer);
    const issuer = await createIssuer({ ...s.fullPorts, records: openMemoryRecords() });
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    await assertRejected({ ...s, issuer }, pay.bytes, 401, 'key-revoked');
  });
});
