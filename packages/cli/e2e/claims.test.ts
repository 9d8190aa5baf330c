import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ACCEPT, money, readOwn } from '@coinbox/protocol';
import { balances, deliver, startSite, until } from './site.ts';
import type { Site } from './site.ts';

/** Pays into the terminal's holding wallet and lets the machine deliver; gives the offer's id. */
async function payAndDeliver(site: Site, amount: bigint, energyWh: bigint) {
  const offer = await site.payer.askOffer(site.carrier, money(amount));
  assert.ok(offer.ok, 'an offer');
  const paid = await site.payer.pay(site.carrier, offer.value, { amount: money(amount) });
  assert.ok(paid.ok, 'paid');
  const { accept } = paid.value.payment.messages;
  assert.ok(accept, 'the terminal has signed an ACCEPT');
  await deliver(site, readOwn(ACCEPT, accept).body.session, energyWh);
  return offer.value.body.offer;
}

const ended = (site: Site, offer: Awaited<ReturnType<typeof payAndDeliver>>) =>
  until(async () => {
    const view = await site.payer.refresh(site.carrier, offer);
    return view.ok && view.value.stage === 'closed' ? view.value.payment : undefined;
  });

type EntryJson = { code: string; steps: { kind: string; credit?: string; debit?: string }[] };

describe('the claims of the patent, end to end', () => {
  let site: Site;
  before(async () => {
    site = await startSite();
  });
  after(() => site.close());

  test('claim 1: a bill becomes a settlement, and its mapping leads to the provider', async () => {
    const offer = await payAndDeliver(site, 2_000n, 12_340n);
    assert.deepEqual((await balances(site)).provider >= 0n, true);
    const payment = await ended(site, offer);
    assert.equal(payment.refunded, 766n);
    assert.deepEqual(await balances(site), { payer: 8_766n, terminal: 0n, provider: 1_234n });
  });

  test('claim 1: refused when the holding wallet has less than the amount', async () => {
    const before = await balances(site);
    const offer = await payAndDeliver(site, 100n, 5_000n);
    const refused = await until(async () => {
      const view = await site.payer.refresh(site.carrier, offer);
      const asked = await fetch(`${site.issuer.url}/v1/refusals`, {
        headers: { authorization: `Bearer ${token(site)}` },
      });
      const { items } = (await asked.json()) as { items: { code?: string }[] };
      return view.ok && items.length > 0 ? items : undefined;
    });
    assert.equal(refused.length, 1);
    const now = await balances(site);
    assert.equal(now.provider, before.provider);
    assert.equal(now.terminal, 100n);
  });

  test('claim 2: one wallet holds, a second settles: two legs in the ledger', async () => {
    const offer = await payAndDeliver(site, 500n, 1_000n);
    await ended(site, offer);
    const asked = await fetch(`${site.issuer.url}/v1/entries?limit=500`, {
      headers: { authorization: `Bearer ${token(site)}` },
    });
    const { items } = (await asked.json()) as { items: EntryJson[] };
    const settled = items.filter(({ code }) => code === 'settle').at(-1);
    const moves = settled?.steps.filter(({ kind }) => kind === 'draw' || kind === 'transfer') ?? [];
    const { settlementCertificate } = site.terminalFolder.keys;
    const second = `settlement/${settlementCertificate.body.wallet}`;
    assert.deepEqual(
      moves.map(({ kind, debit, credit }) => [kind, debit, credit]),
      [
        ['draw', undefined, second],
        ['transfer', second, `provider/${site.provider}`],
      ],
    );
  });

  test('claim 3: the payment comes over a carrier port, here the Internet', async () => {
    const seen: number[] = [];
    const carrier = {
      async exchange(request: Uint8Array) {
        const reply = await site.carrier.exchange(request);
        seen.push(request.length, reply.length);
        return reply;
      },
    };
    const offer = await site.payer.askOffer(carrier, money(300n));
    assert.ok(offer.ok);
    const paid = await site.payer.pay(carrier, offer.value, { amount: money(300n) });
    assert.equal(paid.ok && paid.value.payment.stage, 'done');
    assert.ok(seen.length === 4 && seen.every((size) => size <= 4096), seen.join());
  });

  test('claim 5: only the preset mapping decides where the money goes', async () => {
    const offer = await payAndDeliver(site, 400n, 2_000n);
    await ended(site, offer);
    const page = await site.maker.movements('listSettlements');
    const newest = page.ok ? page.value.items.at(-1) : undefined;
    assert.equal(newest?.to, site.provider);
    assert.equal(newest?.mapping_version, 1);
  });
});

const token = (site: Site): string =>
  readFileSync(`${site.folder}/issuer/maker.token`, 'utf8').trim();
