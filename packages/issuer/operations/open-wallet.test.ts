import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertPosted } from '../testing/assertions.ts';
import { createIssuerFixture, expect } from '../testing/fixture.ts';

const maker = { query: {}, person: 'maker' };

const codeOf = (result: { ok: boolean; rejection?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.rejection?.code;

describe('openWallet()', () => {
  test('are opened once: the same body gets the same answer', async () => {
    const s = await createIssuerFixture();
    const payer = await s.openWallet('payer', { limits: { per_payment: '100' } });
    const head = await s.headOf();
    const bytes = Buffer.from(payer.signer.publicKey.bytes).toString('base64url');
    const key = { algorithm: 'EdDSA', bytes };
    const body = { key, limits: { per_payment: '100' }, role: 'payer', wallet: payer.wallet };
    const again = expect(await s.issuer.call('openWallet', { ...maker, body }));
    const own = Buffer.from(payer.certificate.bytes).toString('base64url');
    assert.equal(again.certificate, own);
    assert.equal(await s.headOf(), head);
    assert.equal(payer.certificate.body.limits?.perPayment, 100n);
  });

  test('may have P-256 keys', async () => {
    const s = await createIssuerFixture();
    const provider = await s.openWallet('provider');
    const holding = await s.openWallet('holding', {}, 'ES256');
    const terminal = { holding, settlement: holding, upload: 0 };
    await s.map(terminal, provider);
    const payer = await s.openWallet('payer', {}, 'ES256');
    await s.issue(payer, 10n);
    await assertPosted(s, s.messages.pay(payer, s.messages.offer(terminal, provider), 10n).bytes);
  });

  test('opened at once with one key: one of them gets it', async () => {
    const s = await createIssuerFixture();
    const known = await s.openWallet('payer');
    const body = (wallet: string, bytes: string) => ({
      wallet,
      role: 'payer',
      key: { algorithm: 'EdDSA', bytes },
    });
    const fresh = Buffer.from(known.signer.publicKey.bytes).toString('base64url');
    const calls = [1, 2].map(() =>
      s.issuer.call('openWallet', { ...maker, body: body(s.newId('wallet'), fresh) }),
    );
    assert.deepEqual((await Promise.all(calls)).map(codeOf), ['key-in-use', 'key-in-use']);
  });
});
